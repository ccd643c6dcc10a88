using FeedbackService.Api.Serving.Onnx;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Both backends say the same, however texts join and leave.</summary>
public sealed class OnnxBackendTests
{
    private const float Tolerance = 1e-4f;

    private static readonly TokenizedText[] Texts = TinyModels.Texts(5, 1, 9, 9, 2);

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All.Where(row => row.Encoder != "bifnn"));

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void TextsThatJoinAndLeave_GetTheAnswersAndTracesOfTorch(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        var config = TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5);
        var classifier = Classifier(config);
        using var torch = new TorchBackend(classifier, CPU);
        using var onnx = new OnnxBackend(classifier, quantised: false, threads: 1);
        using var expected = torch.Start();
        using var found = onnx.Start();

        foreach (var run in new[] { expected, found })
        {
            run.Add(PackedTokens.Pack(Texts[..2]));
        }

        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
        foreach (var run in new[] { expected, found })
        {
            run.Add(PackedTokens.Pack(Texts[2..4]));
            run.Add(PackedTokens.Pack(Texts[4..]));
        }

        Assert.Equal(5, found.ActiveCount);
        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
        foreach (var run in new[] { expected, found })
        {
            run.Keep([0, 2, 4]);
        }

        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
        Assert.Throws<InvalidOperationException>(() => found.Advance());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    public void TextsInSeveralGroups_InDifferentRounds_GetTheAnswersOfTorch(bool causal, int threads)
    {
        var config = TinyModels.WithFeedback(TinyModels.Transformer with { Causal = causal, MaxPositions = 300 }, FeedbackKind.Attention, FusionKind.Gated, initialScale: 0.5);
        var classifier = Classifier(config);
        using var torch = new TorchBackend(classifier, CPU);
        using var onnx = new OnnxBackend(classifier, quantised: false, threads);
        using var expected = torch.Start();
        using var found = onnx.Start();
        foreach (var run in new[] { expected, found })
        {
            run.Add(PackedTokens.Pack(TinyModels.Texts(300, 3, 250, 120, 1, 119, 118, 299)));
        }

        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
        foreach (var run in new[] { expected, found })
        {
            run.Keep([0, 3, 4, 6, 7]);
            run.Add(PackedTokens.Pack(TinyModels.Texts(2, 298, 121, 300)));
        }

        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
        foreach (var run in new[] { expected, found })
        {
            run.Keep([1, 4, 5, 8]);
        }

        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryReentryLayer_IsTheSame(int reentryLayer)
    {
        var config = TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5);
        config = config with { Feedback = config.Feedback! with { ReentryLayer = reentryLayer } };
        var classifier = Classifier(config);
        using var torch = new TorchBackend(classifier, CPU);
        using var onnx = new OnnxBackend(classifier, quantised: false, threads: 1);
        using var expected = torch.Start();
        using var found = onnx.Start();
        expected.Add(PackedTokens.Pack(Texts));
        found.Add(PackedTokens.Pack(Texts));

        for (var round = 0; round <= config.Feedback.Rounds; round++)
        {
            AssertSame(expected.Advance(), found.Advance());
        }
    }

    [Fact]
    public void PlainModel_HasOneRound_AndLetsTextsLeaveBeforeIt()
    {
        var config = TinyModels.Plain(TinyModels.Transformer);
        var classifier = Classifier(config);
        using var torch = new TorchBackend(classifier, CPU);
        using var onnx = new OnnxBackend(classifier, quantised: false, threads: 1);
        using var expected = torch.Start();
        using var found = onnx.Start();
        foreach (var run in new[] { expected, found })
        {
            run.Add(PackedTokens.Pack(Texts));
            run.Keep([1, 3]);
        }

        AssertSame(expected.Advance(withTrace: true), found.Advance(withTrace: true));
        Assert.Throws<InvalidOperationException>(() => found.Advance());
        found.Keep([]);
        Assert.Empty(found.Advance().Logits);
        found.Add(PackedTokens.Pack(Texts[..1]));
        Assert.Single(found.Advance().Logits);
    }

    [Fact]
    public void PlainTextsSideBySide_GetTheAnswersOfTorch()
    {
        var classifier = Classifier(TinyModels.Plain(TinyModels.Transformer with { MaxPositions = 300 }));
        using var torch = new TorchBackend(classifier, CPU);
        using var onnx = new OnnxBackend(classifier, quantised: false, threads: 2);
        using var expected = torch.Start();
        using var found = onnx.Start();
        foreach (var run in new[] { expected, found })
        {
            run.Add(PackedTokens.Pack(TinyModels.Texts(300, 3, 250, 120, 1, 119, 118, 299)));
        }

        AssertSame(expected.Advance(), found.Advance());
    }

    [Fact]
    public void Keep_OfNothing_LeavesARunThatOthersCanJoin()
    {
        using var classifier = Classifier(TinyModels.WithFeedback(initialScale: 0.5));
        using var onnx = new OnnxBackend(classifier, quantised: false, threads: 1);
        using var run = onnx.Start();
        using var fresh = onnx.Start();
        run.Add(PackedTokens.Pack(Texts));
        run.Advance();
        run.Keep([]);

        Assert.Equal(0, run.ActiveCount);
        Assert.Empty(run.Advance().Logits);
        Assert.Throws<ArgumentException>(() => run.Keep([0]));
        run.Add(PackedTokens.Pack(Texts));
        fresh.Add(PackedTokens.Pack(Texts));
        AssertSame(fresh.Advance(), run.Advance());
    }

    [Fact]
    public void QuantisedModel_KnowsTheLabelsOfMostTexts()
    {
        var config = TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5);
        var classifier = Classifier(config);
        using var torch = new TorchBackend(classifier, CPU);
        using var onnx = new OnnxBackend(classifier, quantised: true, threads: 1);
        using var expected = torch.Start();
        using var found = onnx.Start();
        expected.Add(PackedTokens.Pack(Texts));
        found.Add(PackedTokens.Pack(Texts));

        var (exact, rounded) = (expected.Advance().Logits, found.Advance().Logits);

        var largest = exact.Max(row => row.Max(Math.Abs));
        Assert.All(exact.Zip(rounded), pair => Assert.All(pair.First.Zip(pair.Second), logit => Assert.Equal(logit.First, logit.Second, 0.1f * largest)));
        Assert.NotEqual(exact[0], rounded[0]);
    }

    private static TextClassifier Classifier(ClassifierConfig config)
    {
        var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, seed: 3);
        classifier.eval();
        return classifier;
    }

    private static void AssertSame(RoundOutput expected, RoundOutput found)
    {
        Assert.Equal(expected.Rounds, found.Rounds);
        Assert.Equal(expected.Logits.Length, found.Logits.Length);
        Assert.All(expected.Logits.Zip(found.Logits), pair => Assert.All(pair.First.Zip(pair.Second), logit => Assert.Equal(logit.First, logit.Second, Tolerance)));
        Assert.Equal(expected.Traces?.Length, found.Traces?.Length);
        Assert.All((expected.Traces ?? []).Zip(found.Traces ?? []), pair =>
        {
            Assert.Equal(pair.First.GateMean ?? -1, pair.Second.GateMean ?? -1, Tolerance);
            Assert.Equal(pair.First.Attention?.Length, pair.Second.Attention?.Length);
            Assert.All((pair.First.Attention ?? []).Zip(pair.Second.Attention ?? []), weight => Assert.Equal(weight.First, weight.Second, Tolerance));
        });
    }
}
