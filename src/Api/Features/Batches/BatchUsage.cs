namespace FeedbackService.Api.Features.Batches;

/// <summary>What a batch has read.</summary>
/// <param name="InputTokens">Tokens read, special tokens included.</param>
public sealed record BatchUsage(long InputTokens)
{
    /// <summary>Nothing is read from a cache.</summary>
    public InputTokenDetails InputTokensDetails => new(0);

    /// <summary>Classifiers write no tokens.</summary>
    public long OutputTokens => 0;

    /// <summary>Classifiers write no tokens.</summary>
    public OutputTokenDetails OutputTokensDetails => new(0);

    /// <summary>Tokens read.</summary>
    public long TotalTokens => InputTokens;
}

/// <summary>Parts of the tokens read.</summary>
/// <param name="CachedTokens">Always 0.</param>
public sealed record InputTokenDetails(long CachedTokens);

/// <summary>Parts of the tokens written.</summary>
/// <param name="ReasoningTokens">Always 0.</param>
public sealed record OutputTokenDetails(long ReasoningTokens);
