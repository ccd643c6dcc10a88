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
        var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5));
        var backend = new GatedBackend(new TorchBackend(classifier, CPU));
        using var predictor = new Predictor(new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }), backend);
        var (all, plain) = (PredictionOptions.Default, new PredictionOptions { MaxRounds = 0 });
        var items = new[] { all, plain, all }.Select(options => new InferenceItem(predictor, options) { Tokens = predictor.Tokenize(new TextInput("red apples")) }).ToArray();

        Assert.True(bench.Queue.TryAdd(items[..2], WorkPriority.Interactive));
        bench.Start();
        await backend.Reached.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(bench.Queue.TryAdd(items[2..], WorkPriority.Interactive));
        backend.Release();
        var answers = await Task.WhenAll(items.Select(item => item.Completion)).WaitAsync(Deadline, TestContext.Current.CancellationToken);

        Assert.Equal([[0, 0], [1, 0], [2, 1], [2]], backend.Rounds);
        Assert.Equal([2, 0, 2], answers.Select(answer => answer!.Rounds));
    }
}
