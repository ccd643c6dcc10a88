using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Fusion;

/// <summary>
/// Convex mix by a weight per token and head: a_i = σ((W_q·h_i)·(W_k·F_i)/√D + b_a), O_i = (1 − a_i)·h_i + a_i·W_v·F_i.
/// </summary>
public sealed class AttentionFusion : FusionModule
{
    // σ(−2) = 0.12: at the start little of the old state is replaced.
    private const double ClosedBias = -2;

    private readonly int _heads;
    private readonly int _headSize;

    [ComponentName(Name = "query")]
    private readonly Linear _query;

    [ComponentName(Name = "key")]
    private readonly Linear _key;

    [ComponentName(Name = "value")]
    private readonly Linear _value;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    /// <summary>Makes the module with weights from torch's global generator.</summary>
    /// <param name="hiddenSize">H, divisible by <paramref name="heads"/>.</param>
    /// <param name="heads">Number of heads.</param>
    public AttentionFusion(int hiddenSize, int heads)
        : base(nameof(AttentionFusion))
    {
        _heads = heads;
        _headSize = hiddenSize / heads;
        _query = Initialization.Linear(hiddenSize, hiddenSize, bias: false);
        _key = Initialization.Linear(hiddenSize, hiddenSize, bias: false);
        _value = Initialization.Linear(hiddenSize, hiddenSize, bias: false);
        _bias = Initialization.Constant(ClosedBias, heads);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override FusedStates Fuse(TokenBatch states, FeedbackSignal signal)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var scope = NewDisposeScope();
        var layout = states.Layout;
        var query = _query.call(states.Rows);
        var key = signal.Spread(_key.call(signal.Values), layout); // [N, H]
        var score = (query * key).view(-1, _heads, _headSize).sum(dim: 2L).DividedBy(Math.Sqrt(_headSize)); // [N, heads]
        var kept = score.Plus(_bias).neg_().sigmoid_(); // 1 − a, [N, heads]

        var old = states.Rows.view(-1, _heads, _headSize);
        var incoming = signal.Spread(_value.call(signal.Values), layout).view(-1, _heads, _headSize); // [N, heads, D]
        var rows = incoming.Plus(kept.unsqueeze(-1) * (old - incoming)).view(-1, (long)_heads * _headSize);
        return new FusedStates(rows.MoveToOuterDisposeScope(), kept.MoveToOuterDisposeScope());
    }
}
