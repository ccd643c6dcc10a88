namespace FeedbackService.Model.Configuration;

/// <summary>How the signal is merged into the token states.</summary>
public enum FusionKind
{
    /// <summary>Sum.</summary>
    Add,

    /// <summary>Convex mix by a gate per token and feature.</summary>
    Gated,

    /// <summary>Convex mix by a weight per token and head.</summary>
    Attention,
}
