using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>What is read and how it is cut.</summary>
public sealed record DataOptions
{
    /// <summary>Longest text in tokens.</summary>
    [TrainingOption("Longest text in tokens, special tokens included; longer ones are cut and counted in the report.", Minimum = 4, Maximum = 8192, ShapesModel = true)]
    public int MaxTokens { get; init; } = 256;

    /// <summary>Share of the training file held out for validation.</summary>
    [TrainingOption("Share of the training file held out for validation, per label where there are labels; ignored with a validation file. 0: no validation, no early stop.", Minimum = 0, Maximum = 0.5, Auto = nameof(AutoRules.ValidationSplit))]
    public double ValidationSplit { get; init; } = 0.1;

    /// <summary>One label per text, several, or one of a scale of numbers.</summary>
    [TrainingOption("One label per text, any number of them, or, with graded, one of a scale: the labels are numbers such as 1 to 5, the loss is the mean squared error, and answers and reports have the grade and its error too.", Auto = nameof(AutoRules.Head), ShapesModel = true, Methods = TrainingMethods.Supervised)]
    public HeadKind Head { get; init; } = HeadKind.SingleLabel;

    /// <summary>What the mlp encoder reads.</summary>
    [TrainingOption("What the tokens of the mlp encoder are: weighted n-grams, or word pieces, to which the n-gram settings do not apply.", Encoders = EncoderFamilies.Mlp, ShapesModel = true, SearchValues = true)]
    public TokenKind Tokens { get; init; }

    /// <summary>Number of word pieces learned from the training part.</summary>
    [TrainingOption("Number of word pieces learned from the training part, where word pieces are read.", Minimum = 100, Maximum = 200_000, ShapesModel = true, SearchLow = 4000, SearchHigh = 32_000, SearchLogarithmic = true)]
    public int VocabularySize { get; init; } = 8000;

    /// <summary>Lower-case texts.</summary>
    [TrainingOption("Lower-case texts (word pieces also lose their accents).", ShapesModel = true)]
    public bool Lowercase { get; init; } = true;

    /// <summary>Longest run of words that counts as one token; 0 = none.</summary>
    [TrainingOption("Longest run of words taken as one token; 0 leaves words out.", Minimum = 0, Maximum = 8, Encoders = EncoderFamilies.Mlp, ShapesModel = true, SearchLow = 1, SearchHigh = 3)]
    public int WordNgramMax { get; init; } = 2;

    /// <summary>Shortest run of characters of a word that counts as one token.</summary>
    [TrainingOption("Shortest run of characters of a word taken as one token.", Minimum = 1, Maximum = 16, Encoders = EncoderFamilies.Mlp, ShapesModel = true)]
    public int CharNgramMin { get; init; } = 2;

    /// <summary>Longest run of characters of a word that counts as one token; 0 = none.</summary>
    [TrainingOption("Longest run of characters of a word taken as one token; 0 leaves characters out.", Minimum = 0, Maximum = 16, Encoders = EncoderFamilies.Mlp, ShapesModel = true, SearchLow = 0, SearchHigh = 6)]
    public int CharNgramMax { get; init; } = 5;

    /// <summary>Longest run of Chinese or Japanese characters that counts as one token.</summary>
    [TrainingOption("Longest run of Chinese or Japanese characters taken as one token.", Minimum = 1, Maximum = 8, Encoders = EncoderFamilies.Mlp, ShapesModel = true, SearchLow = 1, SearchHigh = 4)]
    public int IdeographNgramMax { get; init; } = 3;
}
