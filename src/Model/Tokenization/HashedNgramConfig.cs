namespace FeedbackService.Model.Tokenization;

/// <summary>Settings of <see cref="HashedNgramTokenizer"/>. All defaults are here; a maximum of 0 switches that kind of n-gram off.</summary>
public sealed record HashedNgramConfig : TokenizerConfig
{
    /// <summary>Number of hash buckets, which is the number of ids; 16 to 2^26. Default 2^18.</summary>
    public int Buckets { get; init; } = 1 << 18;

    /// <summary>Shortest run of words, at least 1. Default 1.</summary>
    public int WordMin { get; init; } = 1;

    /// <summary>Longest run of words, at most 8. Default 2.</summary>
    public int WordMax { get; init; } = 2;

    /// <summary>Shortest run of characters of a marked word such as &lt;word&gt;, at least 1. Default 2.</summary>
    public int CharacterMin { get; init; } = 2;

    /// <summary>Longest run of characters of a marked word, at most 16. Default 5.</summary>
    public int CharacterMax { get; init; } = 5;

    /// <summary>Shortest run of ideographs and kana, at least 1. Default 1.</summary>
    public int IdeographMin { get; init; } = 1;

    /// <summary>Longest run of ideographs and kana (also of such mixed with words), at most 8. Default 3.</summary>
    public int IdeographMax { get; init; } = 3;

    /// <summary>Keep each n-gram of a text once, at its first place (default), or as often as it occurs.</summary>
    public bool Distinct { get; init; } = true;

    /// <summary>Lower-case the text. Default true.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Emoji and other symbols (Unicode category So) are n-grams of their own. Default true.</summary>
    public bool Symbols { get; init; } = true;

    /// <summary>In texts with ideographs, punctuation marks count as ideographs: 《 and ： carry meaning in titles. Default true.</summary>
    public bool IdeographPunctuation { get; init; } = true;

    /// <summary>Ids are rows of a fitted <see cref="NgramVocabulary"/> kept beside the settings, not hash buckets. Default false.</summary>
    public bool Fitted { get; init; }

    /// <summary>What is out of range, or null.</summary>
    internal string? Problem()
    {
        if (Buckets is < 16 or > 1 << 26)
        {
            return $"buckets is {Buckets}; 16 to {1 << 26} are allowed.";
        }

        return Range("word", WordMin, WordMax, 8)
            ?? Range("character", CharacterMin, CharacterMax, 16)
            ?? Range("ideograph", IdeographMin, IdeographMax, 8)
            ?? (WordMax + CharacterMax == 0 || IdeographMax == 0 ? "word or character n-grams, and ideograph n-grams, must be on." : null);
    }

    private static string? Range(string name, int min, int max, int limit) =>
        min >= 1 && max >= 0 && max <= limit && (max == 0 || min <= max)
            ? null
            : $"{name}_min is {min} and {name}_max is {max}; 1 ≤ min ≤ max ≤ {limit} is allowed, or max 0.";
}
