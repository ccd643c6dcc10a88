namespace FeedbackService.Model.Configuration;

/// <summary>How a prediction becomes a signal.</summary>
public enum FeedbackKind
{
    /// <summary>The soft label embedding itself, the same for every token.</summary>
    Residual,

    /// <summary>The soft label embedding asks, the token states answer.</summary>
    Attention,

    /// <summary>A gate per token and feature lets through a map of the token states.</summary>
    Gated,
}
