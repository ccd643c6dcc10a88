namespace FeedbackService.Training.Presets;

/// <summary>Kinds of encoder a preset can train.</summary>
[Flags]
public enum EncoderFamilies
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Feed-forward over hashed n-grams.</summary>
    Mlp = 1,

    /// <summary>Transformer trained from scratch.</summary>
    Transformer = 2,

    /// <summary>Every kind.</summary>
    All = Mlp | Transformer,
}
