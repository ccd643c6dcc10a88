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

    /// <summary>Sum over the real tokens divided by the square root of their number, so that evidence adds up in long texts.</summary>
    SqrtN,

    /// <summary>Sum by the square root of the number, and maximum, side by side (width 2H).</summary>
    SqrtNMax,

    /// <summary>Mean over the real tokens, weighed by a learned score per token (<see cref="Pooling.SelfAttentionPooling"/>).</summary>
    Attention,

    /// <summary>Weighed mean and maximum side by side (width 2H).</summary>
    AttentionMax,

    /// <summary>Weighed mean times the square root of the number of tokens, and maximum, side by side (width 2H): begins as <see cref="SqrtNMax"/>.</summary>
    AttentionSqrtNMax,

    /// <summary>State of the last token: of an encoder in which tokens see only those before them, the one that has seen all.</summary>
    Last,
}
