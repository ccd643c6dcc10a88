namespace FeedbackService.Model.Tokenization;

/// <summary>The token rows of one text, ready to be packed into a batch.</summary>
/// <param name="Ids">Token ids, at least one.</param>
/// <param name="SegmentIds">0 for the first text, 1 for its pair; null when the tokenizer has no segments.</param>
/// <param name="FullLength">Number of tokens before any cut, special tokens included.</param>
public sealed record TokenizedText(int[] Ids, int[]? SegmentIds, int FullLength)
{
    /// <summary>True when tokens were cut off to keep within the limit.</summary>
    public bool Truncated => FullLength > Ids.Length;

    /// <summary>Scale of each token's embedding, for tokenizers that weigh their tokens; null = 1 for all. Same length as the ids.</summary>
    public float[]? Weights { get; init; }

    /// <summary>Source position of every token; null unless asked for.</summary>
    public TokenSpan[]? Spans { get; init; }

    /// <summary>How much was read, for whoever has no use for the tokens.</summary>
    public TextReading Reading => new(Ids.Length, FullLength) { Spans = Spans };
}
