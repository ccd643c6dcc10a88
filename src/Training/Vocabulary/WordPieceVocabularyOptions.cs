using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Vocabulary;

/// <summary>Settings of <see cref="WordPieceVocabularyTrainer"/>.</summary>
public sealed record WordPieceVocabularyOptions
{
    /// <summary>Most tokens to learn, special tokens included; 100 to 200,000. Default 12,000.</summary>
    public int Size { get; init; } = 12_000;

    /// <summary>Characters and merges that occur less often are left out, at least 1. Default 2.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>How the tokenizer will split and normalise; the vocabulary is only good for a tokenizer with the same settings.</summary>
    public WordPieceConfig Tokenizer { get; init; } = new();
}
