namespace FeedbackService.Api.Serving.Onnx;

/// <summary>
/// Cuts a batch into groups of texts of similar length, which graphs compute one after the other. What a group holds between two operators stays near the processor, and attention hardly pads; a larger batch
/// wins nothing on a CPU.
/// </summary>
internal static class OnnxGroups
{
    /// <summary>Tokens of a group, about. Measured: from 512 to 1024 the rate is at its best, beyond it falls.</summary>
    public const int Tokens = 1024;

    // With fewer, operators are too small to keep threads busy, and padding costs less than another call.
    private const int LeastTokens = 256;

    // Places of a group per token that it has.
    private const double MostPadding = 1.2;

    /// <summary>Cuts a batch.</summary>
    /// <param name="lengths">Tokens per text.</param>
    /// <returns>Indices into the texts, those of a group ascending. Every text is in one group.</returns>
    public static IReadOnlyList<int[]> Of(IReadOnlyList<int> lengths)
    {
        var total = lengths.Sum();

        // As even as may be, so that the last one is no remainder.
        var target = (double)total / Math.Max(1, Math.Ceiling((double)total / Tokens));
        var (groups, group, tokens, done) = (new List<int[]>(), new List<int>(), 0, 0);
        foreach (var text in Enumerable.Range(0, lengths.Count).OrderBy(text => lengths[text]))
        {
            var length = lengths[text];
            var isFull = done + tokens >= (groups.Count + 1) * target || tokens + length > Tokens;
            if (group.Count > 0 && (isFull || (tokens >= LeastTokens && (group.Count + 1) * (double)length > MostPadding * (tokens + length))))
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
