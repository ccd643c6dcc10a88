using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Recurrent;
using FeedbackService.Model.Numerics;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders.Recurrent;

/// <summary>The bidirectional feedback network: what it solves, how well, and that it always can.</summary>
public sealed class BifnnLayerTests
{
    private static readonly int[] Lengths = [3, 7, 1, 5];

    // Seed items 1-5 and 1-13: h_t hangs on h_{t+1}, which a single pass does not have yet.
    [Theory]
    [InlineData(SweepOrder.Alternating)]
    [InlineData(SweepOrder.Jacobi)]
    public void States_SolveTheEquation(SweepOrder order)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = Create(TinyModels.Bifnn with { Order = order, Tolerance = 1e-6 });
        layer.eval();
        var rows = randn(Lengths.Sum(), 16);
        var found = layer.Run(new TokenBatch(rows, layout));
        var (u, b) = (layer.state_dict()["input.weight"], layer.state_dict()["input.bias"]);
        var (w, v) = (Weight(layer, "past"), Weight(layer, "future"));
        Assert.True(v.abs().max().ToSingle() > 0.01f);
        for (var text = 0; text < Lengths.Length; text++)
        {
            var h = found.Rows.narrow(0, layout.Offsets[text], Lengths[text]);
            for (var time = 0; time < Lengths[text]; time++)
            {
                var argument = u.mv(rows[layout.Offsets[text] + time]) + b;
                argument = time > 0 ? argument + w.mv(h[time - 1]) : argument;
                argument = time < Lengths[text] - 1 ? argument + v.mv(h[time + 1]) : argument;
                Assert.InRange((h[time] - argument.tanh()).abs().max().ToSingle(), 0, 2e-6f);
            }
        }
    }

    [Fact]
    public void FirstSweep_WithoutFuture_IsElmansNetwork()
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = new BifnnLayer(TinyModels.Bifnn with { Gradient = SolutionGradient.Unrolled, GradientSweeps = 1 });
        using var elman = new ElmanDirection(16, 16, ActivationKind.Tanh, backwards: false);
        var (ours, theirs) = (layer.state_dict(), elman.state_dict());
        using (no_grad())
        {
            theirs["input.weight"].copy_(ours["input.weight"]);
            theirs["input.bias"].copy_(ours["input.bias"]);
            theirs["recurrent.weight"].copy_(Weight(layer, "past"));
        }

        var rows = randn(Lengths.Sum(), 16);
        var found = layer.Run(new TokenBatch(rows, layout)).Rows;
        var expected = elman.Run(rows.index_select(0, layout.ByTime.Gather), layout.ByTime).index_select(0, layout.ByTime.Scatter);
        Assert.InRange((found - expected).abs().max().ToSingle(), 0, 1e-6f);
    }

    [Fact]
    public void NewLayer_IsElmansNetwork_AndSettlesAtOnce()
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = new BifnnLayer(TinyModels.Bifnn);
        layer.eval();
        var solution = layer.Run(new TokenBatch(randn(Lengths.Sum(), 16), layout)).Solution!;
        Assert.All(solution.Sweeps, sweeps => Assert.Equal(2, sweeps));
        Assert.All(solution.Residuals, residual => Assert.InRange(residual, 0, 1e-6f));
        Assert.All(solution.Kappas, kappa => Assert.Equal(0.6, kappa, 1e-4));
    }

    [Theory]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Sigmoid)]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.Gelu)]
    [InlineData(ActivationKind.Swish)]
    [InlineData(ActivationKind.Mish)]
    public void HoweverLargeTheWeights_ASweepContracts(ActivationKind activation)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = Create(TinyModels.Bifnn with { Activation = activation, MaxSweeps = 200, Tolerance = 1e-6 });
        using (no_grad())
        {
            layer.state_dict()["past.weight"].ScaleInPlace(50);
            layer.state_dict()["future.weight"].ScaleInPlace(50);
        }

        Settle(layer, layout);
        layer.eval();
        var slope = Activation.LipschitzOf(activation);
        var bound = slope * (Norm(Weight(layer, "past")) + Norm(Weight(layer, "future")));
        Assert.InRange(bound, 0.8, 0.9 + 1e-3);
        var solution = layer.Run(new TokenBatch(randn(Lengths.Sum(), 16), layout)).Solution!;
        Assert.All(solution.Kappas, kappa => Assert.Equal(bound, kappa, 1e-3));
        Assert.All(solution.Residuals, residual => Assert.InRange(residual, 0, 1e-6f));

        // Banach: the error falls at least by κ a sweep.
        Assert.All(solution.Sweeps, sweeps => Assert.InRange(sweeps, 1, 1 + (int)Math.Ceiling(Math.Log(1e-6 / 10) / Math.Log(bound))));
    }

    [Fact]
    public void GivingUp_SaysHowFarItIs()
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = Create(TinyModels.Bifnn with { MaxSweeps = 2, Tolerance = 1e-9 });
        layer.eval();
        var solution = layer.Run(new TokenBatch(randn(Lengths.Sum(), 16), layout)).Solution!;
        Assert.Equal([2, 2, 2, 2], solution.Sweeps);
        Assert.True(solution.Residuals[1] > 1e-9f);
    }

    [Fact]
    public void Text_SettlesByItself_WhateverIsBesideIt()
    {
        using var scope = NewDisposeScope();
        using var layer = Create(TinyModels.Bifnn);
        layer.eval();
        using var together = new TokenLayout([9, 4], CPU);
        using var alone = new TokenLayout([4], CPU);
        var rows = cat([randn(9, 16).Times(8), randn(4, 16)], 0);
        var both = layer.Run(new TokenBatch(rows, together));
        var single = layer.Run(new TokenBatch(rows.narrow(0, 9, 4), alone));
        Assert.Equal(single.Solution!.Sweeps[0], both.Solution!.Sweeps[1]);
        Assert.InRange((both.Rows.narrow(0, 9, 4) - single.Rows).abs().max().ToSingle(), 0, 1e-6f);
    }

    [Fact]
    public void SmallStep_InTraining_KeepsTheBoundAndItsDirection()
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        using var layer = Create(TinyModels.Bifnn);
        var before = layer.state_dict()["past.direction"].clone();
        Settle(layer, layout);
        var kept = layer.state_dict()["past.direction"];
        Assert.NotEqual(before.data<float>().ToArray(), kept.data<float>().ToArray());
        layer.eval();
        var served = kept.clone();
        layer.Run(new TokenBatch(randn(Lengths.Sum(), 16), layout));
        Assert.Equal(served.data<float>().ToArray(), layer.state_dict()["past.direction"].data<float>().ToArray());
    }

    private static BifnnLayer Create(BifnnEncoderConfig config)
    {
        random.manual_seed(7);
        var layer = new BifnnLayer(config);
        TinyModels.Shake(layer);
        return layer;
    }

    // The power iteration goes on with every training step; the weights stand still here.
    private static void Settle(BifnnLayer layer, TokenLayout layout)
    {
        layer.train();
        for (var step = 0; step < 100; step++)
        {
            using var scope = NewDisposeScope();
            layer.Run(new TokenBatch(randn(layout.TotalTokens, 16), layout));
        }
    }

    private static Tensor Weight(BifnnLayer layer, string name) => layer.named_children().Where(child => child.name == name).Select(child => ((BoundedMatrix)child.module).Bounded().Weight.detach()).Single();

    private static double Norm(Tensor weight) => linalg.svdvals(weight).max().ToSingle();
}
