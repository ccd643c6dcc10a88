using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Numerics;

namespace FeedbackService.Model.Fusion;

/// <summary>O_i = h_i + F_i.</summary>
public sealed class AddFusion : FusionModule
{
    /// <summary>Makes the module; it has no parameters.</summary>
    public AddFusion()
        : base(nameof(AddFusion))
    {
    }

    /// <inheritdoc/>
    public override FusedStates Fuse(TokenBatch states, FeedbackSignal signal)
    {
        ArgumentNullException.ThrowIfNull(states);
        return new FusedStates(states.Rows.Plus(signal.Spread(signal.Values, states.Layout)));
    }
}
