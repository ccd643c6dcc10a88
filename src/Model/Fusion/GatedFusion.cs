using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Fusion;

/// <summary>Convex mix by a gate per token and feature: g_i = σ(W_g·[h_i; F_i] + b_g), O_i = g_i ⊙ h_i + (1 − g_i) ⊙ F_i.</summary>
/// <remarks>W_g is kept as its two halves, so that the one for F is applied once per text where F is.</remarks>
public sealed class GatedFusion : FusionModule
{
    // σ(2) = 0.88: at the start most of the old state stays.
    private const double OpenBias = 2;

    [ComponentName(Name = "gate_state")]
    private readonly Linear _gateState;

    [ComponentName(Name = "gate_signal")]
    private readonly Linear _gateSignal;

    /// <summary>Makes the module with weights from torch's global generator.</summary>
    /// <param name="hiddenSize">H.</param>
    public GatedFusion(int hiddenSize)
        : base(nameof(GatedFusion))
    {
        _gateState = Initialization.Linear(hiddenSize, hiddenSize, deviation: Initialization.SmallDeviation);
        _gateSignal = Initialization.Linear(hiddenSize, hiddenSize, bias: false, Initialization.SmallDeviation);
        Initialization.Fill(_gateState.bias!, OpenBias);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override FusedStates Fuse(TokenBatch states, FeedbackSignal signal)
    {
        ArgumentNullException.ThrowIfNull(states);
        using var scope = NewDisposeScope();
        var fromSignal = signal.Spread(_gateSignal.call(signal.Values), states.Layout); // [N, H]
        var gate = _gateState.call(states.Rows).Plus(fromSignal).sigmoid_(); // [N, H]
        var values = signal.Spread(signal.Values, states.Layout); // [N, H]
        var rows = values.Plus(gate * (states.Rows - values));
        return new FusedStates(rows.MoveToOuterDisposeScope(), gate.MoveToOuterDisposeScope());
    }
}
