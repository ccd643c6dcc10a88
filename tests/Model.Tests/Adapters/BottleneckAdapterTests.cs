using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Adapters;

public sealed class BottleneckAdapterTests
{
    [Fact]
    public void Rows_AreThoseOfTheFormula()
    {
        using var scope = NewDisposeScope();
        using var adapter = new BottleneckAdapter(new PfeifferConfig { Size = 3 }, 4);
        TinyModels.Draw(adapter, 2);
        var state = adapter.state_dict();
        var input = randn(5, 4);

        var expected = input + nn.functional.gelu(input.matmul(state["down.weight"].t()) + state["down.bias"]).matmul(state["up.weight"].t()) + state["up.bias"];

        Assert.True(adapter.call(input).allclose(expected, 1e-5, 1e-6));
    }

    [Fact]
    public void Weights_StartFromACutNormalDistribution_BiasesAtZero()
    {
        using var scope = NewDisposeScope();
        using var adapter = new BottleneckAdapter(new HoulsbyConfig(), 512);
        var weight = adapter.state_dict()["down.weight"];

        Assert.Equal([64, 512], weight.shape);
        Assert.InRange(weight.abs().max().item<float>(), 1.9e-3, 2e-3);
        // A normal distribution cut at two deviations has 0.8796 of its deviation left.
        Assert.Equal(0.8796e-3, weight.std().item<float>(), 1e-5);
        Assert.Equal(0, adapter.state_dict()["down.bias"].abs().max().item<float>() + adapter.state_dict()["up.bias"].abs().max().item<float>());
    }

    // A component of the difference has deviation (0.88·1e-3)²·√m/2·‖x‖ over the draws: gelu halves what is small. At m = 8 that is 1.1e-6·‖x‖, at m = 64 3.1e-6·‖x‖.
    // The largest of thousands is within seven of them: with few hidden units the sum is no normal one.
    [Theory]
    [InlineData(8, 64)]
    [InlineData(64, 64)]
    [InlineData(64, 768)]
    public void AtTheStart_ItIsNearlyTheIdentity(int size, int width)
    {
        using var scope = NewDisposeScope();
        using var adapter = new BottleneckAdapter(new HoulsbyConfig { Size = size }, width);
        var input = randn(200, width);

        var relative = (adapter.call(input) - input).abs().amax([1]) / linalg.norm(input, dims: [1]);

        Assert.InRange(relative.max().item<float>(), 0, 7 * 0.8796e-3 * 0.8796e-3 * Math.Sqrt(size) / 2);
    }

    [Fact]
    public void Houlsby_HasTwoPerLayer_AndTheNorms_PfeifferOne()
    {
        using var houlsby = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new HoulsbyConfig { Size = 2 } });
        using var pfeiffer = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new PfeifferConfig { Size = 2 } });

        static string[] Trained(TextClassifier classifier) =>
        [
            .. classifier.named_parameters().Where(entry => entry.parameter.requires_grad && entry.name.StartsWith("encoder.", StringComparison.Ordinal) && !entry.name.Contains("layers.1", StringComparison.Ordinal) && entry.name.EndsWith("weight", StringComparison.Ordinal))
                .Select(entry => entry.name["encoder.".Length..^".weight".Length]),
        ];

        Assert.Equal(
            ["embeddings.norm", "layers.0.attention_norm", "layers.0.attention_adapter.down", "layers.0.attention_adapter.up", "layers.0.feed_forward_norm", "layers.0.feed_forward_adapter.down", "layers.0.feed_forward_adapter.up", "final_norm"],
            Trained(houlsby));
        Assert.Equal(["layers.0.feed_forward_adapter.down", "layers.0.feed_forward_adapter.up"], Trained(pfeiffer));
    }

    [Fact]
    public void Merging_IsRefused()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new PfeifferConfig() });

        var error = Assert.Throws<InvalidConfigurationException>(() => AdapterMerge.Merge(classifier));

        Assert.Contains("only lora and adalora can be merged", error.Message, StringComparison.Ordinal);
    }
}
