using FeedbackService.Model.Encoders;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>
/// A gate per token and feature lets through a map of the token states: r_i = σ(W_r·[h_i; u] + b_r), F_i = r_i ⊙ W_f·h_i.
/// </summary>
/// <remarks>W_r is kept as its two halves, so that the one for u is applied once per text.</remarks>
public sealed class GatedFeedback : FeedbackModule
{
    [ComponentName(Name = "gate_state")]
    private readonly Linear _gateState;

    [ComponentName(Name = "gate_prediction")]
    private readonly Linear _gatePrediction;

    [ComponentName(Name = "value")]
    private readonly Linear _value;

    /// <summary>Makes the module with weights from torch's global generator; b_r = 0, the gate half open.</summary>
    /// <param name="hiddenSize">H.</param>
    public GatedFeedback(int hiddenSize)
        : base(nameof(GatedFeedback))
    {
        _gateState = Initialization.Linear(hiddenSize, hiddenSize, deviation: Initialization.SmallDeviation);
        _gatePrediction = Initialization.Linear(hiddenSize, hiddenSize, bias: false, Initialization.SmallDeviation);
        _value = Initialization.Linear(hiddenSize, hiddenSize, bias: false);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override FeedbackSignal Respond(Tensor prediction, TokenBatch states)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(states);
        using var scope = NewDisposeScope();
        var fromPrediction = TokenBatch.Broadcast(_gatePrediction.call(prediction), states.Layout); // [N, H]
        var gate = _gateState.call(states.Rows).Plus(fromPrediction).sigmoid_(); // [N, H]
        var values = gate * _value.call(states.Rows); // [N, H]
        return new FeedbackSignal(values.MoveToOuterDisposeScope(), PerText: false);
    }
}
