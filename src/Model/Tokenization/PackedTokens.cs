namespace FeedbackService.Model.Tokenization;

/// <summary>Several tokenized texts laid end to end in plain arrays: what every inference backend takes. No padding.</summary>
public sealed class PackedTokens
{
    private PackedTokens(int[] ids, int[]? segmentIds, float[]? weights, int[] lengths)
    {
        Ids = ids;
        SegmentIds = segmentIds;
        Weights = weights;
        Lengths = lengths;
    }

    /// <summary>Token ids of all texts, end to end. Length N.</summary>
    public int[] Ids { get; }

    /// <summary>Segment of each token (0 or 1), or null when no text of the batch has segments. Length N.</summary>
    public int[]? SegmentIds { get; }

    /// <summary>Scale of each token's embedding, or null when no text of the batch has weights. Length N.</summary>
    public float[]? Weights { get; }

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
        var weights = texts.Any(text => text.Weights is not null) ? new float[total] : null;
        weights?.AsSpan().Fill(1);
        var offset = 0;
        foreach (var text in texts)
        {
            text.Ids.CopyTo(ids, offset);
            text.SegmentIds?.CopyTo(segmentIds!, offset);
            text.Weights?.CopyTo(weights!, offset);
            offset += text.Ids.Length;
        }

        return new PackedTokens(ids, segmentIds, weights, lengths);
    }

    /// <summary>These texts and then others.</summary>
    public PackedTokens Then(PackedTokens others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new PackedTokens(
            [.. Ids, .. others.Ids],
            SegmentIds is null && others.SegmentIds is null ? null : [.. SegmentIds ?? new int[TotalTokens], .. others.SegmentIds ?? new int[others.TotalTokens]],
            Weights is null && others.Weights is null ? null : [.. Weights ?? Ones(TotalTokens), .. others.Weights ?? Ones(others.TotalTokens)],
            [.. Lengths, .. others.Lengths]);
    }

    /// <summary>Some of the texts. <paramref name="texts"/>: one or more indices, in the order wanted.</summary>
    public PackedTokens Select(IReadOnlyList<int> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var offsets = new int[Count];
        for (var text = 1; text < Count; text++)
        {
            offsets[text] = offsets[text - 1] + Lengths[text - 1];
        }

        var tokens = texts.SelectMany(text => Enumerable.Range(offsets[text], Lengths[text])).ToList();
        return Take(tokens, [.. texts.Select(text => Lengths[text])]);
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
            for (var token = offset; token < offset + Lengths[text]; token++)
            {
                if (keep[token])
                {
                    kept.Add(token);
                }
            }

            if (kept.Count == before)
            {
                kept.Add(offset);
            }

            lengths[text] = kept.Count - before;
            offset += Lengths[text];
        }

        return Take(kept, lengths);
    }

    private PackedTokens Take(List<int> tokens, int[] lengths) =>
        new(Select(Ids, tokens)!, Select(SegmentIds, tokens), Select(Weights, tokens), lengths);

    private static float[] Ones(int count)
    {
        var ones = new float[count];
        ones.AsSpan().Fill(1);
        return ones;
    }

    private static T[]? Select<T>(T[]? values, List<int> at)
    {
        if (values is null)
        {
            return null;
        }

        var selected = new T[at.Count];
        for (var i = 0; i < selected.Length; i++)
        {
            selected[i] = values[at[i]];
        }

        return selected;
    }
}
