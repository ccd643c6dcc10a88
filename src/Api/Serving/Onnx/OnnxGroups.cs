namespace FeedbackService.Api.Serving.Onnx;

/// <summary>
/// Cuts a batch into groups of texts of similar length, which graphs compute one after the other. What a group holds between two operators stays near the processor, and attention hardly pads; a larger batch
/// wins nothing on a CPU.
/// </summary>
internal static class OnnxGroups
{
    /// <summary>Tokens of a group that all threads compute, about. Measured: from 512 to 1024 the rate is at its best, beyond it falls.</summary>
    public const int TokensOfAll = 1024;

    /// <summary>Tokens of a group that one thread computes, about. Chosen by trial on two processors, where 256 and 384 were alike.</summary>
    public const int TokensOfOne = 384;

    // Of a group's tokens: with fewer, operators are too small, and padding costs less than another call.
    private const double LeastShare = 0.25;

    // Places of a group per token that it has.
    private const double MostPadding = 1.2;

    /// <summary>Cuts a batch.</summary>
    /// <param name="lengths">Tokens per text.</param>
    /// <param name="most">Tokens of a group, about.</param>
    /// <param name="sides">How many are computed at a time, default 1: there are about as many groups for each.</param>
    /// <returns>Indices into the texts, those of a group ascending; the longer texts come last. Every text is in one group.</returns>
    public static IReadOnlyList<int[]> Of(IReadOnlyList<int> lengths, int most, int sides = 1)
    {
        var total = lengths.Sum();

        // As even as may be, so that the last one is no remainder.
        var target = (double)total / Math.Max(1, Math.Ceiling((double)total / (most * sides)) * sides);
        var (groups, group, tokens, done) = (new List<int[]>(), new List<int>(), 0, 0);
        foreach (var text in Enumerable.Range(0, lengths.Count).OrderBy(text => lengths[text]))
        {
            var length = lengths[text];
            var isFull = done + tokens >= (groups.Count + 1) * target || tokens + length > most;
            if (group.Count > 0 && (isFull || (tokens >= LeastShare * most && (group.Count + 1) * (double)length > MostPadding * (tokens + length))))
            {
                Close();
            }

            group.Add(text);
            tokens += length;
        }

        if (group.Count > 0)
        {
            Close();
        }

        return groups;

        void Close()
        {
            groups.Add([.. group.Order()]);
            done += tokens;
            group.Clear();
            tokens = 0;
        }
    }
}
