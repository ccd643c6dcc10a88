namespace FeedbackService.Model.Encoders;

/// <summary>Which neighbouring texts are padded together: what is saved in padding is weighed against what another group costs.</summary>
internal static class LengthGroups
{
    /// <summary>What the calls of one more group count as, in places.</summary>
    /// <remarks>
    /// Chosen among 64 … 512 with transformers of 2 × 64 and 4 × 256 and 64 texts of 15 … 200 tokens on two processors: between 64 and 256 there was nothing to choose, with 512
    /// both took longer.
    /// </remarks>
    public const int PlacesOfAGroup = 128;

    /// <summary>
    /// Splits texts into groups of neighbours so that the sum of texts · longest text + <see cref="PlacesOfAGroup"/> over all groups is the least there is; of equal ones, that
    /// whose groups at the end are larger.
    /// </summary>
    /// <param name="lengths">Tokens per text, one text or more. Texts stay in their order, so there are fewest groups where they are in order of length.</param>
    /// <returns>Texts of each group, from the first on.</returns>
    public static IReadOnlyList<int> Of(IReadOnlyList<int> lengths)
    {
        var least = new long[lengths.Count + 1]; // of the first texts
        var tokens = new long[lengths.Count + 1];
        var starts = new int[lengths.Count + 1]; // of the last group of the first texts
        for (var end = 1; end <= lengths.Count; end++)
        {
            least[end] = long.MaxValue;
            tokens[end] = tokens[end - 1] + lengths[end - 1];
            var longest = 0L;
            for (var start = end - 1; start >= 0; start--)
            {
                longest = Math.Max(longest, lengths[start]);
                var own = ((end - start) * longest) + PlacesOfAGroup;

                // No split of the texts before has fewer places than they have tokens, and this sum only grows as the group does.
                if (tokens[start] + own > least[end])
                {
                    break;
                }

                if (least[start] + own <= least[end])
                {
                    (least[end], starts[end]) = (least[start] + own, start);
                }
            }
        }

        var groups = new List<int>();
        for (var end = lengths.Count; end > 0; end = starts[end])
        {
            groups.Add(end - starts[end]);
        }

        groups.Reverse();
        return groups;
    }
}
