namespace FeedbackService.Model.Tokenization;

/// <summary>How much of a text was read, without the tokens themselves.</summary>
/// <param name="Length">Number of tokens read, special tokens included.</param>
/// <param name="FullLength">Number of tokens before any cut.</param>
public sealed record TextReading(int Length, int FullLength)
{
    /// <summary>True when tokens were cut off to keep within the limit.</summary>
    public bool Truncated => FullLength > Length;

    /// <summary>Source position of every token read; null unless asked for.</summary>
    public TokenSpan[]? Spans { get; init; }
}
