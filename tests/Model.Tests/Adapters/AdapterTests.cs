using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Adapters;

/// <summary>What holds for every way of adapting.</summary>
public sealed class AdapterTests
{
    public static TheoryData<string, string> All => new(AdaptedModels.All);

    public static TheoryData<string, string> LowRank => new(AdaptedModels.All.Where(kinds => kinds.Adapter is "lora" or "adalora"));

    [Theory]
    [MemberData(nameof(LowRank))]
    public void LowRank_StartsAsTheBaseBitForBit(string adapter, string encoder)
    {
        using var plain = Shaken(AdaptedModels.Config(adapter, encoder) with { Adapter = null });
        using var adapted = AdaptedModels.OnTopOf(plain, AdaptedModels.Adapter(adapter, plain.Config.Encoder));
        adapted.eval();
        using var scope = NewDisposeScope();
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));

        var (expected, actual) = (plain.Forward(tokens, CPU, 2), adapted.Forward(tokens, CPU, 2));

        Assert.All(expected.Zip(actual), pair => Assert.Equal(AdaptedModels.Numbers(pair.First), AdaptedModels.Numbers(pair.Second)));
    }

    [Theory]
    [MemberData(nameof(LowRank))]
    public void Merged_EqualsUnmerged(string adapter, string encoder)
    {
        using var adapted = Shaken(AdaptedModels.Config(adapter, encoder));
        using var merged = AdapterMerge.Merge(adapted);
        merged.eval();
        using var scope = NewDisposeScope();
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));

        var (expected, actual) = (adapted.Forward(tokens, CPU, 2), merged.Forward(tokens, CPU, 2));

        Assert.Null(merged.Config.Adapter);
        Assert.DoesNotContain(merged.state_dict().Keys, AdapterParts.IsAdded);
        // Relative to the largest logit: drawn adapters weigh as much as the maps they stand beside, and two rounds run through them.
        Assert.All(expected.Zip(actual), pair => Assert.InRange((pair.First - pair.Second).abs().max().item<float>(), 0, 2e-5f * (1 + pair.First.abs().max().item<float>())));
        using var without = AdaptedModels.OnTopOf(merged, adapted.Config.Adapter!);
        without.eval();
        Assert.True((without.Forward(tokens, CPU, 2)[2] - actual[2]).abs().max().item<float>() < 1e-6f, "A merged map has a fresh adapter's start again.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Batched_EqualsSingle(string adapter, string encoder)
    {
        using var classifier = Shaken(AdaptedModels.Config(adapter, encoder));
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var texts = TinyModels.Texts(5, 1, 9, 9, 2);
        var batched = classifier.Forward(PackedTokens.Pack(texts), CPU, 2);
        for (var text = 0; text < texts.Length; text++)
        {
            var single = classifier.Forward(PackedTokens.Pack([texts[text]]), CPU, 2);
            Assert.All(Enumerable.Range(0, 3), round => Assert.InRange((batched[round][text] - single[round][0]).abs().max().item<float>(), 0, 1e-5f));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void OnlyTheAdaptersOwnWeights_HaveAGradient(string adapter, string encoder)
    {
        using var classifier = Shaken(AdaptedModels.Config(adapter, encoder));
        classifier.train();
        using var scope = NewDisposeScope();

        classifier.Forward(PackedTokens.Pack([.. TinyModels.Texts(7, 9, 8)]), CPU, 2)
            .Select(logits => nn.functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2 })))
            .Aggregate((sum, loss) => sum + loss)
            .backward();

        Assert.All(classifier.named_parameters(), pair =>
        {
            Assert.True(AdapterParts.Holds(classifier.Config.Adapter!, pair.name) == pair.parameter.requires_grad, pair.name);
            Assert.True(pair.parameter.requires_grad == pair.parameter.grad is not null, pair.name);
        });
        Assert.Contains(classifier.named_parameters(), pair => AdapterParts.IsAdded(pair.name));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void EveryGradient_IsTheSlopeOfTheLoss(string adapter, string encoder)
    {
        var config = AdaptedModels.Config(adapter, encoder) with { Feedback = null };
        config = config.Encoder is BifnnEncoderConfig bifnn
            ? config with { Encoder = bifnn with { Gradient = SolutionGradient.Implicit, MaxSweeps = 200, Tolerance = 1e-14 } }
            : config;
        using var classifier = ClassifierFactory.Create(config);
        classifier.to(float64);
        classifier.eval();
        TinyModels.Draw(classifier, 4);
        Shrink(classifier);
        using var target = tensor(new long[] { 0, 2, 1 });
        var tokens = PackedTokens.Pack(TinyModels.Texts(4, 6, 2));

        var deviations = GradientCheck.Run(classifier, () => nn.functional.cross_entropy(classifier.Forward(tokens, CPU, 0)[0], target));

        Assert.All(deviations, deviation => Assert.True(deviation.Relative < GradientCheck.Tolerance, $"{deviation.Parameter}: {deviation.Relative:e2} of {deviation.Slope:e2}."));
        Assert.Contains(deviations, deviation => AdapterParts.IsAdded(deviation.Parameter) && deviation.Slope > 1e-4);
        Assert.All(deviations, deviation => Assert.True(AdapterParts.Holds(config.Adapter!, deviation.Parameter), deviation.Parameter));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TrainingPasses_LeaveNoTensorBehind(string adapter, string encoder)
    {
        using var classifier = ClassifierFactory.Create(AdaptedModels.Config(adapter, encoder));
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));

        var growth = TensorGuard.Growth(10, () =>
        {
            using var scope = NewDisposeScope();
            classifier.Forward(tokens, CPU, 2).Select(logits => logits.square().sum()).Aggregate((sum, loss) => sum + loss).backward();
            classifier.zero_grad();
        });

        Assert.Equal(0, growth);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void BasesNames_AreThoseWithoutAnAdapter(string adapter, string encoder)
    {
        var config = AdaptedModels.Config(adapter, encoder);
        using var plain = ClassifierFactory.Create(config with { Adapter = null });
        using var adapted = ClassifierFactory.Create(config);

        Assert.Equal(plain.state_dict().Keys, adapted.state_dict().Keys.Where(name => !AdapterParts.IsAdded(name)));
    }

    // The bounds of bifnn hold as they are: at a bound the power iteration has to settle first (BifnnGradientTests).
    private static void Shrink(TextClassifier classifier)
    {
        using var mode = no_grad();
        foreach (var (name, parameter) in classifier.named_parameters().Where(entry => entry.name.EndsWith("past.weight", StringComparison.Ordinal) || entry.name.EndsWith("future.weight", StringComparison.Ordinal)))
        {
            parameter.mul_(0.2 / linalg.svdvals(parameter).max().item<double>());
        }
    }

    private static TextClassifier Shaken(ClassifierConfig config)
    {
        var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, 3);
        classifier.eval();
        return classifier;
    }
}
