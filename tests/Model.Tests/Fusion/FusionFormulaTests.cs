using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Fusion;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Fusion;

/// <summary>The three ways of fusion against their formulas in float64, with a signal per text and one per token.</summary>
public sealed class FusionFormulaTests : IDisposable
{
    private const int Width = 8;
    private const int Heads = 2;
    private static readonly int[] Lengths = [4, 1, 6];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TokenLayout _layout = new(Lengths, CPU);
    private readonly TokenBatch _states;

    public FusionFormulaTests()
    {
        manual_seed(2);
        _states = new TokenBatch(randn(Lengths.Sum(), Width, ScalarType.Float64), _layout);
    }

    public void Dispose()
    {
        _layout.Dispose();
        _scope.Dispose();
    }

    // Seed item 0-8.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Add_IsTheSum(bool perText)
    {
        using var sut = new AddFusion();
        var (signal, rows) = Signal(perText);

        AssertEqual(_states.Rows + rows, sut.Fuse(_states, signal).Rows);
    }

    // Seed item 0-9: g = σ(W_g·[h; f] + b_g), o = g ⊙ h + (1 − g) ⊙ f.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gated_IsTheConvexMixByAGate(bool perText)
    {
        using var sut = Stirred(new GatedFusion(Width));
        var weights = sut.state_dict();
        var (signal, rows) = Signal(perText);

        var fused = sut.Fuse(_states, signal);

        var joined = cat([weights["gate_state.weight"], weights["gate_signal.weight"]], 1); // W_g: [H, 2H]
        var gate = (cat([_states.Rows, rows], 1).matmul(joined.t()) + weights["gate_state.bias"]).sigmoid();
        AssertEqual((gate * _states.Rows) + ((1 - gate) * rows), fused.Rows);
        AssertEqual(gate, fused.Kept!);
    }

    // Seed item 0-10, which gives no formula: s = (W_q·h)·(W_k·f)/√D + b_a per head, a = σ(s), o = (1 − a)·h + a·W_v·f.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attention_IsTheConvexMixByRelevance(bool perText)
    {
        using var sut = Stirred(new AttentionFusion(Width, Heads));
        var weights = sut.state_dict();
        var (signal, rows) = Signal(perText);

        var fused = sut.Fuse(_states, signal);

        var (query, key) = (_states.Rows.matmul(weights["query.weight"].t()), rows.matmul(weights["key.weight"].t()));
        var value = rows.matmul(weights["value.weight"].t());
        for (var head = 0; head < Heads; head++)
        {
            var score = ((Head(query, head) * Head(key, head)).sum(1) / Math.Sqrt(Width / Heads)) + weights["bias"][head];
            var taken = score.sigmoid().unsqueeze(1);
            AssertEqual(((1 - taken) * Head(_states.Rows, head)) + (taken * Head(value, head)), Head(fused.Rows, head));
            AssertEqual(1 - taken.squeeze(1), fused.Kept!.select(1, head));
        }
    }

    // Seed items 0-9 and 0-10 give no initial values: with biases of zero half of every state would be replaced at the start.
    [Fact]
    public void AtTheStart_SevenEighthsOfTheStateAreKept()
    {
        using var gated = new GatedFusion(Width);
        using var attending = new AttentionFusion(Width, Heads);
        gated.to(ScalarType.Float64);
        attending.to(ScalarType.Float64);
        var silence = new FeedbackSignal(zeros(Lengths.Length, Width, ScalarType.Float64), PerText: true);
        var kept = 1 / (1 + Math.Exp(-2));

        Assert.Equal(0.88, kept, 2);
        AssertEqual(full_like(_states.Rows, kept), gated.Fuse(_states.With(zeros_like(_states.Rows)), silence).Kept!);
        AssertEqual(full([Lengths.Sum(), Heads], kept, ScalarType.Float64), attending.Fuse(_states, silence).Kept!);
    }

    private (FeedbackSignal Signal, Tensor Rows) Signal(bool perText)
    {
        var values = randn(perText ? Lengths.Length : Lengths.Sum(), Width, ScalarType.Float64);
        return (new FeedbackSignal(values, perText), perText ? TokenBatch.Broadcast(values, _layout) : values);
    }

    private static T Stirred<T>(T module)
        where T : nn.Module
    {
        module.to(ScalarType.Float64);
        GradientCheck.Stir(module, deviation: 0.5);
        return module;
    }

    private static Tensor Head(Tensor all, int head) => all.narrow(1, head * (Width / Heads), Width / Heads);

    private static void AssertEqual(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);
}
