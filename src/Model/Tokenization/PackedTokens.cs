namespace FeedbackService.Model.Tokenization;

/// <summary>Several tokenized texts laid end to end in plain arrays: what every inference backend takes. No padding.</summary>
public sealed class PackedTokens
{
    private PackedTokens(int[] ids, int[]? segmentIds, int[] lengths)
    {
        Ids = ids;
        SegmentIds = segmentIds;
        Lengths = lengths;
    }

    /// <summary>Token ids of all texts, end to end. Length N.</summary>
    public int[] Ids { get; }

    /// <summary>Segment of each token (0 or 1), or null when no text of the batch has segments. Length N.</summary>
    public int[]? SegmentIds { get; }

    /// <summary>Number of tokens of each text, each at least 1. Length B.</summary>
    public int[] Lengths { get; }

    /// <summary>Number of texts, B.</summary>
    public int Count => Lengths.Length;

    /// <summary>Number of tokens over all texts, N.</summary>
    public int TotalTokens => Ids.Length;

    /// <summary>Packs texts in the given order.</summary>
    /// <exception cref="ArgumentException">There is no text, or one has no token.</exception>
    public static PackedTokens Pack(IReadOnlyList<TokenizedText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts.Any(text => text.Ids.Length == 0))
        {
            throw new ArgumentException("A batch needs at least one text, and every text at least one token.", nameof(texts));
        }

        var lengths = new int[texts.Count];
        var total = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            lengths[i] = texts[i].Ids.Length;
            total += lengths[i];
        }

        var ids = new int[total];
        var segmentIds = texts.Any(text => text.SegmentIds is not null) ? new int[total] : null;
        var offset = 0;
        foreach (var text in texts)
        {
            text.Ids.CopyTo(ids, offset);
            text.SegmentIds?.CopyTo(segmentIds!, offset);
            offset += text.Ids.Length;
        }

        return new PackedTokens(ids, segmentIds, lengths);
    }

    /// <summary>The same texts with some tokens left out. A text that would lose all its tokens keeps its first.</summary>
    /// <param name="keep">True at tokens that stay. Length N.</param>
    /// <exception cref="ArgumentException">The length is not <see cref="TotalTokens"/>.</exception>
    public PackedTokens Thin(bool[] keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        if (keep.Length != TotalTokens)
        {
            throw new ArgumentException($"{keep.Length} marks for {TotalTokens} tokens.", nameof(keep));
        }

        var kept = new List<int>(TotalTokens);
        var lengths = new int[Count];
        var offset = 0;
        for (var text = 0; text < Count; text++)
        {
            var before = kept.Count;
            kept.AddRange(Enumerable.Range(offset, Lengths[text]).Where(token => keep[token]));
            if (kept.Count == before)
            {
                kept.Add(offset);
            }

            lengths[text] = kept.Count - before;
            offset += Lengths[text];
        }

        return new PackedTokens(Select(Ids, kept), SegmentIds is null ? null : Select(SegmentIds, kept), lengths);
    }

    private static int[] Select(int[] values, List<int> at) => [.. at.Select(index => values[index])];
}
