using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Recurrent;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders.Recurrent;

/// <summary>Recurrent layers against their equations, and against libtorch where it has the same network.</summary>
public sealed class RecurrentEncoderTests
{
    private static readonly int[] Lengths = [3, 7, 1, 5];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Elman_WithTanh_IsLibtorchsRnn(bool bidirectional)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        var config = TinyModels.Rnn with { Bidirectional = bidirectional };
        using var layer = new ElmanLayer(config);
        TinyModels.Shake(layer);
        var width = bidirectional ? 8 : 16;
        using var reference = nn.RNN(16, width, batchFirst: true, bidirectional: bidirectional);
        var ours = layer.state_dict();
        foreach (var (name, parameter) in reference.named_parameters())
        {
            var direction = name.EndsWith("_reverse", StringComparison.Ordinal) ? "backwards" : "forwards";
            using var mode = no_grad();
            parameter.copy_(name.StartsWith("bias_hh", StringComparison.Ordinal)
                ? zeros(width)
                : ours[$"{direction}.{(name.StartsWith("weight_hh", StringComparison.Ordinal) ? "recurrent.weight" : name.StartsWith("bias", StringComparison.Ordinal) ? "input.bias" : "input.weight")}"]);
        }

        var rows = randn(Lengths.Sum(), 16);
        var found = layer.Run(new TokenBatch(rows, layout)).Rows;
        for (var text = 0; text < Lengths.Length; text++)
        {
            var own = rows.narrow(0, layout.Offsets[text], Lengths[text]).unsqueeze(0);
            var expected = reference.call(own, null!).Item1.squeeze(0);
            Assert.InRange((found.narrow(0, layout.Offsets[text], Lengths[text]) - expected).abs().max().ToSingle(), 0, 1e-6f);
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void GatedCell_FollowsItsEquations(string name)
    {
        using var scope = NewDisposeScope();
        using var layout = new TokenLayout(Lengths, CPU);
        var config = (DirectedEncoderConfig)Combinations.Encoder(name) with { Bidirectional = false };
        using var layer = new GatedLayer(config);
        var weights = layer.state_dict();
        var (input, state) = (weights[$"{name}.weight_ih_l0"], weights[$"{name}.weight_hh_l0"]);
        var (inputBias, stateBias) = (weights[$"{name}.bias_ih_l0"], weights[$"{name}.bias_hh_l0"]);
        var rows = randn(Lengths.Sum(), 16);
        var found = layer.Run(new TokenBatch(rows, layout)).Rows;
        for (var text = 0; text < Lengths.Length; text++)
        {
            var (h, c) = (zeros(16), zeros(16));
            for (var time = 0; time < Lengths[text]; time++)
            {
                var x = input.mv(rows[layout.Offsets[text] + time]) + inputBias;
                var u = state.mv(h) + stateBias;
                (h, c) = name == "lstm" ? Lstm(x + u, c) : (Gru(x, u, h), c);
                Assert.InRange((found[layout.Offsets[text] + time] - h).abs().max().ToSingle(), 0, 1e-5f);
            }
        }
    }

    // Seed item 3-4.
    [Fact]
    public void Lstm_BeginsWithOpenForgetGates()
    {
        using var scope = NewDisposeScope();
        using var layer = new GatedLayer(TinyModels.Lstm);
        foreach (var (name, parameter) in layer.named_parameters().Where(pair => pair.name.Contains("bias_ih", StringComparison.Ordinal)))
        {
            Assert.Equal(8f, parameter.narrow(0, 8, 8).sum().ToSingle());
            Assert.Equal(8f, parameter.sum().ToSingle());
        }
    }

    private static (Tensor H, Tensor C) Lstm(Tensor gates, Tensor c)
    {
        var (i, f, g, o) = (gates.narrow(0, 0, 16).sigmoid(), gates.narrow(0, 16, 16).sigmoid(), gates.narrow(0, 32, 16).tanh(), gates.narrow(0, 48, 16).sigmoid());
        var next = (f * c) + (i * g);
        return (o * next.tanh(), next);
    }

    private static Tensor Gru(Tensor x, Tensor u, Tensor h)
    {
        var reset = (x.narrow(0, 0, 16) + u.narrow(0, 0, 16)).sigmoid();
        var update = (x.narrow(0, 16, 16) + u.narrow(0, 16, 16)).sigmoid();
        var candidate = (x.narrow(0, 32, 16) + (reset * u.narrow(0, 32, 16))).tanh();
        return candidate + (update * (h - candidate));
    }
}
