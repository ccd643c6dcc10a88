namespace FeedbackService.Model.Configuration;

/// <summary>What the encoder sees at the re-entry layer in a feedback round.</summary>
public enum InjectKind
{
    /// <summary>The round-0 state plus the scaled correction.</summary>
    Residual,

    /// <summary>The fused state alone.</summary>
    Replace,
}
