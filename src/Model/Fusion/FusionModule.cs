using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using static TorchSharp.torch;

namespace FeedbackService.Model.Fusion;

/// <summary>How the feedback signal F is merged into the token states H: O = Fuse(H, F).</summary>
public abstract class FusionModule : nn.Module
{
    /// <summary>Registers the module under <paramref name="name"/>.</summary>
    protected FusionModule(string name)
        : base(name)
    {
    }

    /// <summary>Merges one round's signal.</summary>
    /// <param name="states">Encoder output of the previous round. Rows [N, H] float.</param>
    /// <param name="signal">What the feedback module made of them.</param>
    public abstract FusedStates Fuse(TokenBatch states, FeedbackSignal signal);
}
