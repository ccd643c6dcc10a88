namespace FeedbackService.Model.Configuration;

/// <summary>How token states become one vector.</summary>
public enum PoolingKind
{
    /// <summary>Mean over the real tokens.</summary>
    Mean,

    /// <summary>Maximum over the real tokens, per feature.</summary>
    Max,

    /// <summary>Mean and maximum side by side (width 2H).</summary>
    MeanMax,

    /// <summary>State of the first token.</summary>
    Cls,
}
