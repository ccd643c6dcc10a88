using FeedbackService.Model.Classification;
using FeedbackService.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class LayerNormTests
{
    // Seed item 2-8: mean 0 and variance 1 hold over the features of one token, with the biased variance, and before γ and β only.
    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    [InlineData("transformer-post")]
    public void EveryNorm_StandardisesTheFeaturesOfAToken_ThenScalesAndShifts(string encoder)
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        using var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(Combinations.Encoder(encoder)));
        classifier.to(ScalarType.Float64);
        var norms = classifier.modules().OfType<LayerNorm>().ToArray();
        Assert.True(norms.Length >= 3);
        foreach (var norm in norms)
        {
            var rows = (randn(7, 16, ScalarType.Float64) * 5) + 3;
            var fresh = norm.call(rows);
            Assert.InRange(fresh.mean([1]).abs().max().item<double>(), 0, 1e-12);
            // ε = 1e-5 beside a variance of some 25.
            Assert.InRange((fresh.square().mean([1]) - 1).abs().max().item<double>(), 1e-8, 1e-5);

            GradientCheck.Stir(norm, deviation: 0.5);
            var expected = (fresh * norm.weight!) + norm.bias!;
            Assert.InRange((norm.call(rows) - expected).abs().max().item<double>(), 0, 1e-12);
            Assert.True(norm.call(rows).mean([1]).abs().max().item<double>() > 1e-2);
        }
    }
}
