using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Inference;

/// <summary>On how many threads rounds are computed, and that nobody else notices.</summary>
public sealed class TorchThreadsTests
{
    private static readonly ThreadPlan OneUpToTen = new([(10, 1)], 2);

    private readonly List<int> _seen = [];

    [Fact]
    public void EveryRound_TakesThePlansThreadsForItsTokens_AndPutsBackWhatWasThere()
    {
        using var backend = Backend(OneUpToTen);
        using var three = new ThreadScope(3);
        using var run = backend.Start();

        run.Add(PackedTokens.Pack(TinyModels.Texts(4, 6)));
        Assert.Equal((1, 3), (Advance(run), get_num_threads()));
        run.Add(PackedTokens.Pack(TinyModels.Texts(1)));
        Assert.Equal((2, 3), (Advance(run), get_num_threads()));
        run.Keep([0]);
        Assert.Equal((1, 3), (Advance(run), get_num_threads()));
    }

    [Fact]
    public void WithoutAPlan_TheThreadsOwnNumberComputes()
    {
        using var backend = Backend(null);
        using var run = backend.Start();
        run.Add(PackedTokens.Pack(TinyModels.Texts(4, 60)));

        Assert.Equal(get_num_threads(), Advance(run));
    }

    [Fact]
    public void RoundThatFails_PutsBackWhatWasThereToo()
    {
        using var backend = Backend(ThreadPlan.Always(2));
        using var run = backend.Start();
        run.Add(PackedTokens.Pack([new TokenizedText([TinyModels.Vocabulary + 1], null, 1)]));
        var before = get_num_threads();

        Assert.ThrowsAny<Exception>(() => run.Advance());

        Assert.Equal(before, get_num_threads());
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    [InlineData("gru")]
    [InlineData("bifnn")]
    public void Threads_MakeNoDifferenceToLogits(string encoder)
    {
        using var backend = new TorchBackend(Classifier(encoder), CPU);
        var texts = PackedTokens.Pack(TinyModels.Texts([.. Enumerable.Repeat(30, 40)]));
        float[] Logits(int threads)
        {
            backend.Threads = ThreadPlan.Always(threads);
            using var run = backend.Start();
            run.Add(texts);
            return [.. Enumerable.Range(0, 3).SelectMany(_ => run.Advance().Logits).SelectMany(row => row)];
        }

        // Sums may be parted otherwise, so the last bits may differ.
        Assert.All(Logits(1).Zip(Logits(2)), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void NewThread_GetsTheNumberOfTheProcess_WhateverAnotherOneComputesOn()
    {
        TorchRuntime.SetThreads(2);
        try
        {
            using var one = new ThreadScope(1);

            Assert.Equal((2, 2), OnNewThread(() =>
            {
                TorchRuntime.RestoreThreads();
                var restored = get_num_threads();
                using var scope = NewDisposeScope();
                zeros(100_000).sum().item<float>();
                return (restored, get_num_threads());
            }));
            Assert.Equal(1, get_num_threads());
        }
        finally
        {
            TorchRuntime.SetThreads(1);
        }
    }

    [Fact]
    public void Scope_HoldsOnAThreadThatHasNotComputedYet()
    {
        // libtorch would otherwise overwrite it by what was set here last.
        Assert.Equal((2, 1), OnNewThread(() =>
        {
            int within;
            using (new ThreadScope(2))
            {
                OnNewThread(() => { using var other = new ThreadScope(3); return 0; });
                using var scope = NewDisposeScope();
                zeros(100_000).sum().item<float>();
                within = get_num_threads();
            }

            return (within, get_num_threads());
        }));
    }

    private static T OnNewThread<T>(Func<T> compute)
    {
        T? result = default;
        var thread = new Thread(() => result = compute());
        thread.Start();
        thread.Join();
        return result!;
    }

    private static TextClassifier Classifier(string encoder)
    {
        var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), initialScale: 0.5));
        TinyModels.Draw(classifier, 5);
        return classifier;
    }

    private TorchBackend Backend(ThreadPlan? threads)
    {
        var classifier = Classifier("mlp");
        // Of the head, which computes once a round.
        classifier.modules().OfType<Linear>().Last().register_forward_pre_hook((_, input) =>
        {
            _seen.Add(get_num_threads());
            return input;
        });
        return new TorchBackend(classifier, CPU) { Threads = threads };
    }

    private int Advance(IClassifierRun run)
    {
        _seen.Clear();
        run.Advance();
        return Assert.Single(_seen.Distinct());
    }
}
