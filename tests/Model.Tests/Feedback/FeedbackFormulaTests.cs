using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Fusion;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Feedback;

/// <summary>The three ways of feedback, re-entry and the signal itself, against their formulas text by text in float64.</summary>
public sealed class FeedbackFormulaTests : IDisposable
{
    private const int Width = 8;
    private const int Heads = 2;
    private static readonly int[] Lengths = [4, 1, 6];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TokenLayout _layout = new(Lengths, CPU);
    private readonly TokenBatch _states;
    private readonly Tensor _prediction;

    public FeedbackFormulaTests()
    {
        manual_seed(1);
        _states = new TokenBatch(randn(Lengths.Sum(), Width, ScalarType.Float64), _layout);
        _prediction = randn(Lengths.Length, Width, ScalarType.Float64);
    }

    public void Dispose()
    {
        _layout.Dispose();
        _scope.Dispose();
    }

    // Seed item 0-5: a prediction of L numbers cannot be added to states of width H; its soft label embedding can.
    [Fact]
    public void Residual_IsTheSameForEveryToken()
    {
        using var sut = new ResidualFeedback();

        var signal = sut.Respond(_prediction, _states);

        Assert.True(signal.PerText);
        ForEachText((text, rows) => AssertEqual(_prediction[text].expand(rows.size(0), Width), Of(signal, text)));
    }

    // Seed item 0-6, with projections, 1/√D, heads and a softmax over the text's own tokens only.
    [Fact]
    public void Attention_IsTheWeightedMeanOfItsOwnText()
    {
        using var sut = Stirred(new AttentionFeedback(Width, Heads));
        var weights = sut.state_dict();

        var signal = sut.Respond(_prediction, _states);

        ForEachText((text, rows) =>
        {
            var query = weights["query.weight"].mv(_prediction[text]) + weights["query.bias"];
            var (keys, values) = (rows.matmul(weights["key.weight"].t()), rows.matmul(weights["value.weight"].t()));
            var mixed = Enumerable.Range(0, Heads).Select(head =>
            {
                var share = (Head(keys, head).mv(Head(query, head)) / Math.Sqrt(Width / Heads)).softmax(0);
                AssertEqual(share, Rows(signal.Attention!, text).select(1, head));
                return Head(values, head).t().mv(share);
            });
            var expected = weights["output.weight"].mv(cat(mixed.ToList())) + weights["output.bias"];
            AssertEqual(expected.expand(rows.size(0), Width), Of(signal, text));
        });
    }

    // Seed item 0-7, which gives no formula: r = σ(W_r·[h; u] + b_r), F = r ⊙ W_f·h.
    [Fact]
    public void Gated_LetsThroughAMapOfTheState()
    {
        using var sut = Stirred(new GatedFeedback(Width));
        var weights = sut.state_dict();
        var joined = cat([weights["gate_state.weight"], weights["gate_prediction.weight"]], 1); // W_r: [H, 2H]

        var signal = sut.Respond(_prediction, _states);

        ForEachText((text, rows) =>
        {
            var both = cat([rows, _prediction[text].expand(rows.size(0), Width)], 1);
            var gate = (both.matmul(joined.t()) + weights["gate_state.bias"]).sigmoid();
            AssertEqual(gate * rows.matmul(weights["value.weight"].t()), Of(signal, text));
        });
    }

    // The signal before any of them: what the prediction says beyond chance, in the directions of the labels.
    [Theory]
    [InlineData(HeadKind.SingleLabel)]
    [InlineData(HeadKind.MultiLabel)]
    public void Signal_IsTheSoftLabelEmbedding(HeadKind head)
    {
        using var loop = Loop(new FeedbackConfig { Inject = InjectKind.Replace }, head);
        var logits = randn(Lengths.Length, 3, ScalarType.Float64);
        var nothing = _states.With(zeros_like(_states.Rows));

        var input = loop.Step([.. Enumerable.Repeat(1, Lengths.Length)], logits, nothing, nothing).Input.Rows;

        var beyond = head == HeadKind.MultiLabel ? logits.sigmoid() - 0.5 : logits.softmax(1) - (1.0 / 3);
        AssertEqual(TokenBatch.Broadcast(beyond.matmul(loop.state_dict()["label_embedding"]), _layout), input);
    }

    // Seed item 0-3: where the fused states enter again. X^k = H_m + γ ⊙ (P·LN(O) + s_k).
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Reentry_AddsTheScaledCorrectionToTheAnchor(int round)
    {
        using var loop = Loop(new FeedbackConfig { Rounds = 2, InitialScale = 0.5 }, HeadKind.SingleLabel);
        var weights = loop.state_dict();
        var (logits, anchor) = (randn(Lengths.Length, 3, ScalarType.Float64), _states.With(randn_like(_states.Rows)));

        var input = loop.Step([.. Enumerable.Repeat(round, Lengths.Length)], logits, _states, anchor).Input.Rows;

        var signal = (logits.softmax(1) - (1.0 / 3)).matmul(weights["label_embedding"]);
        var fused = _states.Rows + TokenBatch.Broadcast(signal, _layout);
        var mean = fused.mean([1], keepdim: true);
        var normed = (fused - mean) / ((fused - mean).square().mean([1], keepdim: true) + 1e-5).sqrt();
        normed = (normed * weights["reentry.norm.weight"]) + weights["reentry.norm.bias"];
        var correction = normed.matmul(weights["reentry.projection.weight"].t()) + weights["reentry.round_embedding"][round - 1];
        AssertEqual(anchor.Rows + (weights["reentry.scale"] * correction), input);
    }

    private static FeedbackLoop Loop(FeedbackConfig config, HeadKind head) =>
        Stirred(new FeedbackLoop(config, new ResidualFeedback(), new AddFusion(), Width, labels: 3, head));

    private static T Stirred<T>(T module)
        where T : nn.Module
    {
        module.to(ScalarType.Float64);
        module.eval();
        GradientCheck.Stir(module, deviation: 0.5);
        return module;
    }

    private void ForEachText(Action<int, Tensor> check)
    {
        for (var text = 0; text < Lengths.Length; text++)
        {
            check(text, Rows(_states.Rows, text));
        }
    }

    private Tensor Of(FeedbackSignal signal, int text) => Rows(signal.Spread(signal.Values, _layout), text);

    private Tensor Rows(Tensor all, int text) => all.narrow(0, _layout.Offsets[text], Lengths[text]);

    private static Tensor Head(Tensor all, int head) => all.narrow(-1, head * (Width / Heads), Width / Heads);

    private static void AssertEqual(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<double>(), 0, 1e-12);
}
