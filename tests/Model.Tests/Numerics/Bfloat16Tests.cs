using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Inference;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Pooling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Numerics;

/// <summary>Models that compute in bfloat16, against the same in float32.</summary>
public sealed class Bfloat16Tests
{
    // Of the largest logit: a rounding loses 2⁻⁹ of a number, and two layers in three rounds round some fifty times on the way.
    private const double Tolerance = 0.05;

    private static readonly TokenizedText[] Texts = TinyModels.Texts(5, 1, 9, 9, 2);

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void EveryRound_SaysWhatFloat32Says(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        var config = TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5);
        AssertClose(config);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    [InlineData("gru")]
    public void EveryPooling_SaysWhatFloat32Says(string encoder)
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>())
        {
            var config = TinyModels.WithFeedback(Combinations.Encoder(encoder), pooling: pooling, initialScale: 0.5);
            AssertClose(config);
        }
    }

    [Fact]
    public void WeightsAreNarrow_TheHeadAndLogitsAreNot()
    {
        using var classifier = Classifier(TinyModels.WithFeedback(TinyModels.Transformer, pooling: PoolingKind.Attention));
        classifier.ComputeIn(ComputePrecision.Bfloat16);
        using var scope = NewDisposeScope();

        Assert.All(
            classifier.named_parameters(),
            entry => Assert.Equal(entry.name.StartsWith("head.", StringComparison.Ordinal) ? ScalarType.Float32 : ScalarType.BFloat16, entry.parameter.dtype));
        var logits = classifier.Forward(PackedTokens.Pack(Texts), CPU, 1);
        Assert.All(logits, round => Assert.Equal(ScalarType.Float32, round.dtype));
        // Eight bits of mantissa would leave the lower half of every logit zero.
        Assert.Contains(logits[1].data<float>().ToArray(), logit => (BitConverter.SingleToInt32Bits(logit) & 0xFFFF) != 0);
    }

    [Theory]
    [InlineData(PoolingKind.Mean)]
    [InlineData(PoolingKind.SqrtN)]
    public void LongTexts_AreSummedInFloat32(PoolingKind kind)
    {
        // Beyond 256 halves, bfloat16 cannot add another half.
        const int Tokens = 1024;
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout([Tokens], CPU);
        var states = new TokenBatch(full([Tokens, 4], 0.5, ScalarType.BFloat16), layout);

        var pooled = TokenPooling.Pool(states, kind);

        Assert.Equal(ScalarType.Float32, pooled.dtype);
        Assert.All(pooled.data<float>(), value => Assert.Equal(kind == PoolingKind.Mean ? 0.5f : 16, value, 1e-5f));
    }

    [Theory]
    [InlineData(SolutionGradient.Phantom)]
    [InlineData(SolutionGradient.Implicit)]
    public void FixedPoints_AreFoundAsNearAsInFloat32(SolutionGradient gradient)
    {
        using var classifier = Classifier(TinyModels.WithFeedback(TinyModels.Bifnn with { Gradient = gradient, Tolerance = 1e-5 }, initialScale: 0.5));
        classifier.ComputeIn(ComputePrecision.Bfloat16);
        classifier.eval();
        using var scope = NewDisposeScope();

        var rounds = classifier.Observe(PackedTokens.Pack(Texts), CPU);

        Assert.All(rounds, round => Assert.All(round.Solution!.Residuals, residual => Assert.InRange(residual, 0, 1e-5)));
    }

    [Fact]
    public void MaskedLanguageModel_GuessesWhatFloat32Guesses()
    {
        using var scope = NewDisposeScope();
        using var wide = LanguageModelFactory.Create(TinyModels.Plain(TinyModels.Transformer));
        using var narrow = LanguageModelFactory.Create(TinyModels.Plain(TinyModels.Transformer));
        TinyModels.Draw(wide, 3);
        TinyModels.Draw(narrow, 3);
        narrow.ComputeIn(ComputePrecision.Bfloat16);
        wide.eval();
        narrow.eval();
        var tokens = PackedTokens.Pack(Texts);

        var (expected, actual) = (wide.Forward(tokens, [0, 7, 20], CPU), narrow.Forward(tokens, [0, 7, 20], CPU));

        Assert.Equal(ScalarType.Float32, actual.dtype);
        AssertClose(expected.data<float>().ToArray(), actual.data<float>().ToArray());
    }

    [Fact]
    public void Device_ThatMultipliesNoSuchMatrices_IsRefused()
    {
        // Knows shapes, but no numbers.
        var meta = device(DeviceType.META);

        Assert.True(TorchRuntime.Computes(CPU, ComputePrecision.Bfloat16));
        Assert.True(TorchRuntime.Computes(meta, ComputePrecision.Float32));
        Assert.False(TorchRuntime.Computes(meta, ComputePrecision.Bfloat16));
        TorchRuntime.RequirePrecision(CPU, ComputePrecision.Bfloat16, "--test");
        var refusal = Assert.Throws<DeviceNotAvailableException>(() => TorchRuntime.RequirePrecision(meta, ComputePrecision.Bfloat16, "--test"));
        Assert.Contains("does not compute bfloat16, which --test asks for", refusal.Message, StringComparison.Ordinal);
    }

    private static TextClassifier Classifier(ClassifierConfig config)
    {
        var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, 3);
        return classifier;
    }

    private static void AssertClose(ClassifierConfig config)
    {
        var (wide, narrow) = (Classifier(config), Classifier(config));
        using (var scope = NewDisposeScope())
        using (no_grad())
        {
            // Some start values are libtorch's own draws.
            var weights = wide.state_dict();
            foreach (var (name, weight) in narrow.state_dict())
            {
                weight.copy_(weights[name]);
            }
        }

        AssertClose(Run(wide, ComputePrecision.Float32), Run(narrow, ComputePrecision.Bfloat16));
    }

    // Logits of all rounds, texts going at different ones, as in serving.
    private static float[] Run(TextClassifier classifier, ComputePrecision precision)
    {
        using var backend = new TorchBackend(classifier, CPU, precision);
        using var run = backend.Start();
        run.Add(PackedTokens.Pack(Texts[..3]));
        var logits = run.Advance().Logits.ToList();
        run.Add(PackedTokens.Pack(Texts[3..]));
        logits.AddRange(run.Advance(withTrace: true).Logits);
        run.Keep([1, 2, 3]);
        logits.AddRange(run.Advance().Logits);
        return [.. logits.SelectMany(row => row)];
    }

    private static void AssertClose(float[] wide, float[] narrow)
    {
        var largest = wide.Max(Math.Abs);
        var difference = wide.Zip(narrow, (one, other) => Math.Abs(one - other)).Max() / largest;
        Assert.True(difference is > 1e-6f and < (float)Tolerance, $"{difference} of the largest logit, {largest}");
    }
}
