namespace FeedbackService.Training.Datasets;

/// <summary>Finds labels that are probably one: different only by case, width, white space and hyphens, or by one slip of the keyboard.</summary>
internal static class SimilarLabels
{
    /// <summary>Beyond so many labels only spellings are compared, not slips, whose search is quadratic.</summary>
    public const int MaxLabelsForSlips = 1_000;

    private const int ShortestForSlips = 5;

    /// <summary>Groups of two or more similar labels, in ordinal order.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Find(IReadOnlyCollection<string> labels)
    {
        // Groups are merged by pointing at a representative.
        Dictionary<string, List<string>> groups = labels.Order(StringComparer.Ordinal)
            .GroupBy(Spelling, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        if (groups.Count <= MaxLabelsForSlips)
        {
            MergeSlips(groups);
        }

        return [.. groups.Values.Where(group => group.Count > 1).OrderBy(group => group[0], StringComparer.Ordinal)];
    }

    /// <summary>Whether two spellings differ by one letter added, left out, replaced, or swapped with its neighbour.</summary>
    /// <remarks>Digits never count as slips, nor does another last letter: <c>level1</c> and <c>level2</c>, <c>type a</c> and <c>type b</c> are meant.</remarks>
    public static bool IsSlip(string a, string b)
    {
        (string shorter, string longer) = a.Length <= b.Length ? (a, b) : (b, a);
        if (shorter.Length < ShortestForSlips || longer.Length - shorter.Length > 1)
        {
            return false;
        }

        int start = 0;
        while (start < shorter.Length && shorter[start] == longer[start])
        {
            start++;
        }

        int end = 0;
        while (end < shorter.Length - start && shorter[^(end + 1)] == longer[^(end + 1)])
        {
            end++;
        }

        ReadOnlySpan<char> left = shorter.AsSpan(start, shorter.Length - start - end);
        ReadOnlySpan<char> right = longer.AsSpan(start, longer.Length - start - end);
        if (left.ContainsAnyInRange('0', '9') || right.ContainsAnyInRange('0', '9'))
        {
            return false;
        }

        return (left.Length, right.Length) switch
        {
            (0, 1) => true,
            (1, 1) => end > 0,
            (2, 2) => left[0] == right[1] && left[1] == right[0],
            _ => false,
        };
    }

    private static void MergeSlips(Dictionary<string, List<string>> groups)
    {
        string[] spellings = [.. groups.Keys.OrderBy(key => key.Length).ThenBy(key => key, StringComparer.Ordinal)];
        for (int i = 0; i < spellings.Length; i++)
        {
            for (int j = i + 1; j < spellings.Length && spellings[j].Length - spellings[i].Length <= 1; j++)
            {
                if (groups[spellings[i]] != groups[spellings[j]] && IsSlip(spellings[i], spellings[j]))
                {
                    List<string> merged = [.. groups[spellings[i]].Concat(groups[spellings[j]]).Order(StringComparer.Ordinal)];
                    List<string> first = groups[spellings[i]];
                    List<string> second = groups[spellings[j]];
                    foreach (string spelling in spellings.Where(spelling => groups[spelling] == first || groups[spelling] == second))
                    {
                        groups[spelling] = merged;
                    }
                }
            }
        }

        List<List<string>> distinct = [.. groups.Values.Distinct()];
        groups.Clear();
        foreach (List<string> group in distinct)
        {
            groups.Add(group[0], group);
        }
    }

    private static string Spelling(string label) => string.Concat(TextFingerprint.Fold(label).Where(c => !char.IsWhiteSpace(c) && c is not ('_' or '-')));
}
