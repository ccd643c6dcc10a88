using FeedbackService.Api.Serving;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>The round is what the thread schedules.</summary>
public sealed class InferenceThreadTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task WaitingText_JoinsAfterTheRoundUnderWay_AndASettledOneLeaves()
    {
        await using var bench = new ServingBench();
        var (predictor, backend) = Gated();
        using var loaded = predictor;
        var (all, plain) = (PredictionOptions.Default, new PredictionOptions { MaxRounds = 0 });
        var items = new[] { all, plain, all }.Select(options => Item(predictor, options)).ToArray();

        Assert.True(bench.Queue.TryAdd(items[..2], WorkPriority.Interactive));
        bench.Start();
        await backend.Reached.WaitAsync(Deadline, Cancel);
        Assert.True(bench.Queue.TryAdd(items[2..], WorkPriority.Interactive));
        backend.Release();
        var answers = await Task.WhenAll(items.Select(item => item.Completion)).WaitAsync(Deadline, Cancel);

        Assert.Equal([[0, 0], [1, 0], [2, 1], [2]], backend.Rounds);
        Assert.Equal([2, 0, 2], answers.Select(answer => answer!.Rounds));
    }

    [Fact]
    public async Task BackgroundTextWhoseCallerHasGone_IsLetGoWhileInteractiveOnesKeepItWaiting()
    {
        await using var bench = new ServingBench();
        var (behind, backendBehind) = Gated();
        using var loadedBehind = behind;
        var waiting = Item(behind, PredictionOptions.Default);
        var ended = new List<bool>();
        var (ahead, backendAhead) = Gated(() => ended.Add(waiting.Completion.IsCanceled));
        using var loadedAhead = ahead;
        var asked = Item(ahead, PredictionOptions.Default);

        Assert.True(bench.Queue.TryAdd([waiting], WorkPriority.Background));
        bench.Start();
        await backendBehind.Reached.WaitAsync(Deadline, Cancel);
        Assert.True(bench.Queue.TryAdd([asked], WorkPriority.Interactive));
        backendBehind.Release();
        await backendAhead.Reached.WaitAsync(Deadline, Cancel);
        waiting.GiveUp();
        backendAhead.Release();
        await asked.Completion.WaitAsync(Deadline, Cancel);

        Assert.Equal([false, true, true], ended);
        Assert.Equal([[0]], backendBehind.Rounds);
    }

    [Fact]
    public async Task ModelThatCannotBeginABatch_FailsThoseWhoAskForIt_AndTheThreadGoesOn()
    {
        await using var bench = new ServingBench();
        var (broken, _) = Gated();
        var items = new[] { Item(broken, PredictionOptions.Default), Item(broken, PredictionOptions.Default) };
        broken.Dispose();
        var (sound, backend) = Gated();
        using var loaded = sound;
        backend.Release();
        var other = Item(sound, PredictionOptions.Default);

        Assert.True(bench.Queue.TryAdd([.. items, other], WorkPriority.Interactive));
        bench.Start();

        Assert.NotNull(await other.Completion.WaitAsync(Deadline, Cancel));
        Assert.All(items, item => Assert.True(item.Completion.IsFaulted));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // With two feedback rounds.
    private static (Predictor Predictor, GatedBackend Backend) Gated(Action? computing = null)
    {
        var backend = new GatedBackend(new TorchBackend(ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5)), CPU), computing);
        return (new Predictor(new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }), backend), backend);
    }

    private static InferenceItem Item(Predictor predictor, PredictionOptions options) => new(predictor, options) { Tokens = predictor.Tokenize(new TextInput("red apples")) };
}
