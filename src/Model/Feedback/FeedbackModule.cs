using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>How a prediction becomes a signal F for the token states of its text.</summary>
public abstract class FeedbackModule : nn.Module
{
    /// <summary>Registers the module under <paramref name="name"/>.</summary>
    protected FeedbackModule(string name)
        : base(name)
    {
    }

    /// <summary>Makes the signal of one round.</summary>
    /// <param name="prediction">Soft label embedding u of the previous prediction. [B, H] float.</param>
    /// <param name="states">Encoder output of the previous round. Rows [N, H] float.</param>
    public abstract FeedbackSignal Respond(Tensor prediction, TokenBatch states);
}
