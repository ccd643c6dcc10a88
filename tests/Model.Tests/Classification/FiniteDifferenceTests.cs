using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

/// <summary>Back-propagation of whole classifiers, through all rounds, against central differences in float64.</summary>
public sealed class FiniteDifferenceTests
{
    /// <summary>Every encoder without feedback. A new one needs a line here.</summary>
    private static readonly Dictionary<string, EncoderConfig> Encoders = new(StringComparer.Ordinal)
    {
        ["mlp"] = TinyModels.Mlp,
        ["mlp mish"] = TinyModels.Mlp with { Activation = ActivationKind.Mish },
        ["rnn tanh"] = TinyModels.Rnn,
        ["rnn swish"] = TinyModels.Rnn with { Activation = ActivationKind.Swish },
        ["rnn one way"] = TinyModels.Rnn with { Bidirectional = false },
        ["rnn pairs"] = TinyModels.Rnn with { ReadsPairs = true },
        ["lstm"] = TinyModels.Lstm,
        ["gru"] = TinyModels.Gru,
        ["bifnn"] = Solved,
        ["bifnn swish"] = Solved with { Activation = ActivationKind.Swish },
        ["bifnn unrolled"] = TinyModels.Bifnn with { Gradient = SolutionGradient.Unrolled, GradientSweeps = 4 },
        ["transformer"] = TinyModels.Transformer,
        ["transformer post"] = Combinations.Encoder("transformer-post"),
        ["transformer sinusoidal"] = Combinations.Encoder("transformer-sinusoidal"),
    };

    // Where phantom gradients are off by design, these are exact.
    private static BifnnEncoderConfig Solved => TinyModels.Bifnn with { Gradient = SolutionGradient.Implicit, MaxSweeps = 200, Tolerance = 1e-14 };

    public static TheoryData<string> PlainEncoders => [.. Encoders.Keys];

    public static TheoryData<string, FeedbackKind, FusionKind> Loops => new(
        Combinations.All.Where(entry => entry.Encoder is "mlp" or "rnn" or "transformer"
            || entry is { Feedback: FeedbackKind.Attention, Fusion: FusionKind.Gated }));

    [Theory]
    [MemberData(nameof(PlainEncoders))]
    public void Plain_EveryGradientIsTheSlopeOfTheLoss(string encoder) => AssertSlopes(Deviations(TinyModels.Plain(Encoders[encoder])));

    [Theory]
    [MemberData(nameof(Loops))]
    public void Unrolled_EveryGradientIsTheSlopeOfTheLoss(string encoder, FeedbackKind feedback, FusionKind fusion) =>
        AssertSlopes(Deviations(Loop(encoder == "bifnn" ? Solved : Combinations.Encoder(encoder), feedback, fusion)));

    [Theory]
    [InlineData(PoolingKind.Mean)]
    [InlineData(PoolingKind.Max)]
    [InlineData(PoolingKind.SqrtNMax)]
    [InlineData(PoolingKind.Cls)]
    public void EveryPooling_PassesGradients(PoolingKind pooling) => AssertSlopes(Deviations(TinyModels.Plain(TinyModels.Mlp, pooling)));

    [Fact]
    public void Replace_EveryGradientIsTheSlopeOfTheLoss()
    {
        var config = Loop(TinyModels.Mlp, FeedbackKind.Attention, FusionKind.Gated);
        AssertSlopes(Deviations(config with { Feedback = config.Feedback! with { Inject = InjectKind.Replace, ReentryLayer = 1 } }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void LinkThatPassesNoGradient_IsSeenByTheDifferences(int backpropRounds)
    {
        // What is treated as given moves all the same when a weight moves: the facility must tell the two apart.
        var config = Loop(TinyModels.Mlp, FeedbackKind.Attention, FusionKind.Gated);
        var deviations = Deviations(config with { Feedback = config.Feedback! with { BackpropRounds = backpropRounds } });

        Assert.Contains(deviations, deviation => deviation.Relative > 1e-3);
    }

    private static ClassifierConfig Loop(EncoderConfig encoder, FeedbackKind feedback, FusionKind fusion)
    {
        var config = TinyModels.WithFeedback(encoder, feedback, fusion, initialScale: 0.5);
        return config with { Feedback = config.Feedback! with { BackpropRounds = FeedbackConfig.MostRounds } };
    }

    private static IReadOnlyList<GradientDeviation> Deviations(ClassifierConfig config)
    {
        manual_seed(3);
        using var classifier = ClassifierFactory.Create(config);
        classifier.to(float64);
        classifier.eval();
        GradientCheck.Stir(classifier, deviation: 0.2);
        Shrink(classifier);
        using var target = tensor(new long[] { 0, 2, 1 });
        var tokens = PackedTokens.Pack([.. TinyModels.Texts(4, 6, 2).Select((text, index) => Furnish(text, config.Encoder, index))]);

        return GradientCheck.Run(classifier, () => classifier.Forward(tokens, CPU, classifier.MaxRounds)
            .Select(logits => nn.functional.cross_entropy(logits, target))
            .Aggregate((sum, loss) => sum + loss));
    }

    // Below their bounds: at a bound the gradient is right once the power iteration has settled, which takes many steps (BifnnGradientTests).
    private static void Shrink(TextClassifier classifier)
    {
        using var mode = no_grad();
        foreach (var (name, parameter) in classifier.named_parameters())
        {
            var bound = name.EndsWith("past.weight", StringComparison.Ordinal) ? 0.5 : name.EndsWith("future.weight", StringComparison.Ordinal) ? 0.25 : double.PositiveInfinity;
            if (double.IsFinite(bound))
            {
                parameter.ScaleInPlace(bound / linalg.svdvals(parameter).max().item<double>());
            }
        }
    }

    // Weights and segments take part where the encoder knows them.
    private static TokenizedText Furnish(TokenizedText text, EncoderConfig encoder, int index) => encoder switch
    {
        MlpEncoderConfig => text with { Weights = [.. text.Ids.Select((_, place) => 0.5f + (0.25f * ((index + place) % 4)))] },
        TransformerEncoderConfig or RecurrentEncoderConfig { ReadsPairs: true } => text with { SegmentIds = [.. text.Ids.Select((_, place) => place % 2)] },
        _ => text,
    };

    private static void AssertSlopes(IReadOnlyList<GradientDeviation> deviations)
    {
        Assert.NotEmpty(deviations);
        Assert.All(deviations, deviation =>
        {
            Assert.True(deviation.Slope > 1e-6, $"{deviation.Parameter} has no slope: {deviation.Slope}.");
            Assert.True(deviation.Relative < GradientCheck.Tolerance, $"{deviation.Parameter}: {deviation.Relative:e2} of {deviation.Slope:e2}.");
        });
    }
}
