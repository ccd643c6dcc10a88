using FeedbackService.Model.Encoders;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>
/// The soft label embedding asks, the token states answer: q = W_q·u, β = softmax_i(W_k·h_i · q/√D) over the real
/// tokens of the text, F = W_o·Σ β_i·W_v·h_i, per head.
/// </summary>
/// <remarks>
/// There is one query per text, so W_k is applied to the query and W_v to the weighted mean instead of to every token
/// (the sums commute): O(N·H·heads) instead of O(N·H²). W_k and W_v have no bias: that of W_k would add the same to all
/// scores of a text, that of W_v is one with W_o's.
/// </remarks>
public sealed class AttentionFeedback : FeedbackModule
{
    private readonly int _heads;
    private readonly int _headSize;

    [ComponentName(Name = "query")]
    private readonly Linear _query;

    [ComponentName(Name = "key")]
    private readonly Linear _key;

    [ComponentName(Name = "value")]
    private readonly Linear _value;

    [ComponentName(Name = "output")]
    private readonly Linear _output;

    /// <summary>Makes the module with weights from torch's global generator.</summary>
    /// <param name="hiddenSize">H, divisible by <paramref name="heads"/>.</param>
    /// <param name="heads">Number of heads.</param>
    public AttentionFeedback(int hiddenSize, int heads)
        : base(nameof(AttentionFeedback))
    {
        _heads = heads;
        _headSize = hiddenSize / heads;
        _query = Initialization.Linear(hiddenSize, hiddenSize);
        _key = Initialization.Linear(hiddenSize, hiddenSize, bias: false);
        _value = Initialization.Linear(hiddenSize, hiddenSize, bias: false);
        _output = Initialization.Linear(hiddenSize, hiddenSize);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override FeedbackSignal Respond(Tensor prediction, TokenBatch states)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(states);
        using var scope = NewDisposeScope();
        var layout = states.Layout;
        var (texts, width) = (layout.Count, prediction.size(1));
        var padded = states.ToPadded(); // [B, T, H]

        var query = _query.call(prediction).view(texts, _heads, _headSize).transpose(0, 1); // [heads, B, D]
        var asked = query.matmul(_key.weight!.view(_heads, _headSize, width)) // W_kᵀ·q: [heads, B, H]
            .permute(1, 2, 0); // [B, H, heads]
        var scores = padded.matmul(asked).DividedBy(Math.Sqrt(_headSize)); // [B, T, heads]
        if (!layout.IsRectangular)
        {
            scores = scores.MaskedFillWith(layout.Mask.logical_not().unsqueeze(-1), float.NegativeInfinity);
        }

        var weights = scores.softmax(1); // [B, T, heads]
        var mean = weights.transpose(1, 2).matmul(padded) // Σ β_i·h_i: [B, heads, H]
            .transpose(0, 1); // [heads, B, H]
        var mixed = mean.matmul(_value.weight!.view(_heads, _headSize, width).transpose(1, 2)) // [heads, B, D]
            .transpose(0, 1).reshape(texts, width);
        var signal = _output.call(mixed); // [B, H]
        var attention = TokenBatch.Unpad(weights, layout); // [N, heads]
        return new FeedbackSignal(signal.MoveToOuterDisposeScope(), PerText: true, attention.MoveToOuterDisposeScope());
    }
}
