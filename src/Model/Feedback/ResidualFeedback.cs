using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>F_i = u: the soft label embedding itself, the same for every token.</summary>
public sealed class ResidualFeedback : FeedbackModule
{
    /// <summary>Makes the module; it has no parameters.</summary>
    public ResidualFeedback()
        : base(nameof(ResidualFeedback))
    {
    }

    /// <inheritdoc/>
    public override FeedbackSignal Respond(Tensor prediction, TokenBatch states)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return new FeedbackSignal(prediction.alias(), PerText: true);
    }
}
