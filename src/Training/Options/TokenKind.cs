namespace FeedbackService.Training.Options;

/// <summary>What the rows of the mlp encoder's table stand for.</summary>
public enum TokenKind
{
    /// <summary>Weighted n-grams of words, characters and ideographs.</summary>
    Ngrams,

    /// <summary>Word pieces learned from the training part.</summary>
    WordPieces,
}
