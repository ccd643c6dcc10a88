namespace FeedbackService.Model.Tokenization;

/// <summary>Kinds of n-grams that must not share a hash. The numbers are part of the artifact format.</summary>
internal enum NgramNamespace
{
    /// <summary>Runs of words.</summary>
    Words = 1,

    /// <summary>Runs of characters of a marked word.</summary>
    Characters = 2,

    /// <summary>Runs with an ideograph in them.</summary>
    Ideographs = 3,

    /// <summary>Symbols, and in a text without words punctuation.</summary>
    Symbols = 4,

    /// <summary>The text that has nothing to be seen.</summary>
    Nothing = 5,
}
