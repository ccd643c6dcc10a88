using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Mlp;
using FeedbackService.Model.Encoders.Transformer;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

/// <summary>Seed item 2-9: what residual links and norms do for the gradients of a net of ten layers.</summary>
public sealed class GradientFlowTests(ITestOutputHelper output)
{
    private const int Layers = 10;
    private const int Width = 16;
    private static readonly int[] Lengths = [5, 3];

    [Fact]
    public void WithoutResidualAndNorm_TheGradientVanishesOrExplodes()
    {
        Assert.InRange(Share("bare sigmoid", Bare(ActivationKind.Sigmoid, deviation: 0.25)), 0, 1e-3);
        Assert.InRange(Share("bare tanh, large weights", Bare(ActivationKind.Tanh, deviation: 1)), 100, double.PositiveInfinity);
    }

    [Theory]
    [InlineData(NormPlacement.Pre)]
    [InlineData(NormPlacement.Post)]
    public void WithBoth_ItReachesTheFirstLayerOfATransformer(NormPlacement placement)
    {
        manual_seed(12);
        var layers = Enumerable.Range(0, Layers).Select(_ => new TransformerLayer(TinyModels.Transformer with { Norm = placement, Layers = Layers })).ToArray();
        Array.ForEach(layers, layer => GradientCheck.Stir(layer, deviation: 0.2));

        var share = Share($"transformer {placement}", ([.. layers], Run));

        // With the norm after the sum it fades somewhat from layer to layer (Xiong et al. 2020), by orders of magnitude less than without.
        Assert.InRange(share, placement == NormPlacement.Pre ? 0.1 : 0.01, 10);

        Tensor Run(TokenBatch states)
        {
            foreach (var layer in layers)
            {
                layer.eval();
                states = states.With(layer.Transform(states));
            }

            return states.Rows;
        }
    }

    [Fact]
    public void WithBoth_ItReachesTheFirstLayerOfTheMlp()
    {
        manual_seed(12);
        var layers = Enumerable.Range(0, Layers).Select(_ => new MlpLayer(TinyModels.Mlp)).ToArray();
        Array.ForEach(layers, layer => GradientCheck.Stir(layer, deviation: 0.2));

        var share = Share("mlp", ([.. layers], states => layers.Aggregate(states.Rows, (rows, layer) =>
        {
            layer.eval();
            return layer.call(rows);
        })));

        Assert.InRange(share, 0.1, 10);
    }

    private static (nn.Module[] Layers, Func<TokenBatch, Tensor> Run) Bare(ActivationKind kind, double deviation)
    {
        manual_seed(12);
        var layers = Enumerable.Range(0, Layers).Select(_ => Initialization.Linear(Width, Width, deviation: deviation)).ToArray();
        var activation = new Activation(kind);
        return ([.. layers], states => layers.Aggregate(states.Rows, (rows, layer) => activation.call(layer.call(rows))));
    }

    /// <summary>Gradient norm of the first layer over that of the last.</summary>
    private double Share(string name, (nn.Module[] Layers, Func<TokenBatch, Tensor> Run) net)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        var found = net.Run(new TokenBatch(randn(Lengths.Sum(), Width), layout));
        // Drawn slopes: a plain sum is blind behind a norm.
        (found * randn_like(found)).sum().backward();
        var norms = net.Layers.Select(layer => Math.Sqrt(layer.parameters().Where(parameter => parameter.grad is not null)
            .Sum(parameter => (double)parameter.grad!.square().sum().item<float>()))).ToArray();
        output.WriteLine($"{name}: {string.Join(" ", norms.Select(norm => norm.ToString("0.0e0", System.Globalization.CultureInfo.InvariantCulture)))}");
        Array.ForEach(net.Layers, layer => layer.Dispose());
        return norms[0] / norms[^1];
    }
}
