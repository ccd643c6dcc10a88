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

    /// <summary>Elman's recurrent network.</summary>
    Rnn = 4,

    /// <summary>Long short-term memory.</summary>
    Lstm = 8,

    /// <summary>Gated recurrent unit.</summary>
    Gru = 16,

    /// <summary>Bidirectional feedback network.</summary>
    Bifnn = 32,

    /// <summary>Those that read in one direction, or in each of two on their own.</summary>
    Directed = Rnn | Lstm | Gru,

    /// <summary>Those that read in order.</summary>
    Recurrent = Directed | Bifnn,

    /// <summary>Those that read word pieces and not n-grams.</summary>
    WordPieces = Transformer | Recurrent,

    /// <summary>Every kind.</summary>
    All = Mlp | WordPieces,
}
