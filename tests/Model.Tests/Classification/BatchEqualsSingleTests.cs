using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public sealed class BatchEqualsSingleTests
{
    // Other batch shapes order sums differently; logits here are of order 1.
    private const float Tolerance = 1e-5f;

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void Batched_EqualsSingle(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            using var classifier = Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, pooling, initialScale: 0.5));
            AssertBatchedEqualsSingle(classifier, TinyModels.Texts(5, 1, 9, 9, 2));
        }
    }

    [Theory]
    [InlineData(SolutionGradient.Phantom, SweepOrder.Jacobi)]
    [InlineData(SolutionGradient.Unrolled, SweepOrder.Alternating)]
    [InlineData(SolutionGradient.Unrolled, SweepOrder.Jacobi)]
    [InlineData(SolutionGradient.Implicit, SweepOrder.Alternating)]
    public void Batched_EqualsSingle_HoweverItIsSolved(SolutionGradient gradient, SweepOrder order)
    {
        using var classifier = Create(TinyModels.WithFeedback(TinyModels.Bifnn with { Gradient = gradient, Order = order, ReadsPairs = true, Tolerance = 1e-6 }, initialScale: 0.5));
        var texts = TinyModels.Texts(5, 1, 9, 9, 2);
        texts[2] = texts[2] with { SegmentIds = [0, 0, 0, 0, 1, 1, 1, 1, 1] };
        AssertBatchedEqualsSingle(classifier, texts);
    }

    [Fact]
    public void Batched_EqualsSingle_WithSeveralLabelsAndReplacedStates()
    {
        var config = TinyModels.WithFeedback(TinyModels.Transformer);
        using var classifier = Create(config with
        {
            Head = HeadKind.MultiLabel,
            Feedback = config.Feedback! with { Inject = InjectKind.Replace, ReentryLayer = 1 },
        });
        AssertBatchedEqualsSingle(classifier, TinyModels.Texts(5, 1, 9, 9, 2));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    [InlineData("gru")]
    public void Batched_EqualsSingle_WithGrades(string encoder)
    {
        using var classifier = Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), initialScale: 0.5) with { Head = HeadKind.Graded, Labels = ["1", "2", "3"] });
        AssertBatchedEqualsSingle(classifier, TinyModels.Texts(5, 1, 9, 9, 2));
    }

    [Theory]
    [InlineData("transformer")]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void TextWithoutSegments_EqualsItselfBesideAPair(string encoder)
    {
        using var classifier = Create(TinyModels.WithFeedback(ReadingPairs(encoder), initialScale: 0.5));
        var single = TinyModels.Texts(5)[0];
        var pair = TinyModels.Texts(5, 6)[1] with { SegmentIds = [0, 0, 0, 1, 1, 1] };
        AssertBatchedEqualsSingle(classifier, [single, pair]);
    }

    [Theory]
    [InlineData("transformer")]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void SegmentOfAToken_Counts(string encoder)
    {
        using var classifier = Create(TinyModels.Plain(ReadingPairs(encoder)));
        var text = TinyModels.Texts(4)[0];
        using var scope = NewDisposeScope();

        var first = classifier.Forward(PackedTokens.Pack([text]), CPU, 0)[0];
        var second = classifier.Forward(PackedTokens.Pack([text with { SegmentIds = [0, 0, 1, 1] }]), CPU, 0)[0];

        Assert.True((first - second).abs().max().item<float>() > 1e-4);
    }

    [Theory]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void KnowingPairs_ChangesNothingForTextsAlone(string encoder)
    {
        manual_seed(3);
        using var without = ClassifierFactory.Create(TinyModels.Plain(Combinations.Encoder(encoder)));
        using var with = ClassifierFactory.Create(TinyModels.Plain(ReadingPairs(encoder)));
        var weights = without.state_dict();
        using (no_grad())
        {
            foreach (var (name, tensor) in with.state_dict().Where(entry => weights.ContainsKey(entry.Key)))
            {
                tensor.copy_(weights[name]);
            }
        }

        Assert.Equal(["encoder.second_text"], with.state_dict().Keys.Except(weights.Keys));
        using var scope = NewDisposeScope();
        without.eval();
        with.eval();
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));
        Assert.Equal(0, (without.Forward(tokens, CPU, 0)[0] - with.Forward(tokens, CPU, 0)[0]).abs().max().item<float>());
    }

    private static EncoderConfig ReadingPairs(string encoder) =>
        Combinations.Encoder(encoder) is RecurrentEncoderConfig recurrent ? recurrent with { ReadsPairs = true } : Combinations.Encoder(encoder);

    private static TextClassifier Create(ClassifierConfig config)
    {
        manual_seed(3);
        var classifier = ClassifierFactory.Create(config);
        TinyModels.Shake(classifier);
        classifier.eval();
        return classifier;
    }

    private static void AssertBatchedEqualsSingle(TextClassifier classifier, TokenizedText[] texts)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var batched = classifier.Forward(PackedTokens.Pack(texts), CPU, classifier.MaxRounds);
        for (var text = 0; text < texts.Length; text++)
        {
            var single = classifier.Forward(PackedTokens.Pack([texts[text]]), CPU, classifier.MaxRounds);
            for (var round = 0; round < single.Count; round++)
            {
                var difference = (batched[round][text] - single[round][0]).abs().max().item<float>();
                Assert.True(difference <= Tolerance, $"{classifier.Config.Pooling}, text {text}, round {round}: {difference}");
            }
        }
    }
}
