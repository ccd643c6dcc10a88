namespace FeedbackService.Model.Tokenization;

/// <summary>One thing to classify: a text, or a pair of texts read together.</summary>
/// <param name="Text">The (first) text.</param>
/// <param name="TextPair">The second text of a pair; null for a single text.</param>
public sealed record TextInput(string Text, string? TextPair = null)
{
    /// <summary>True when there is nothing to read: both texts are null, empty or white space.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text) && string.IsNullOrWhiteSpace(TextPair);
}
