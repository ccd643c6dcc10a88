using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Datasets;

/// <summary>Splits examples so that each class keeps its share on both sides; decided by the seed alone.</summary>
public static class StratifiedSplit
{
    private const ulong Stream = 2;

    /// <summary>Splits single-label examples.</summary>
    /// <remarks>
    /// A class with one example is trained on. A class with two or more has at least one example on each side, unless
    /// <paramref name="fraction"/> is 0; beyond that its validation part is the fraction, rounded.
    /// </remarks>
    /// <param name="classes">Class of each example, 0 or more.</param>
    /// <param name="fraction">Share of the validation part, in [0, 1).</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside [0, 1).</exception>
    public static DatasetSplit Create(IReadOnlyList<int> classes, double fraction, ulong seed)
    {
        if (!(fraction is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "The validation share must be at least 0 and below 1.");
        }

        bool[] held = new bool[classes.Count];
        foreach (IGrouping<int, int> stratum in Enumerable.Range(0, classes.Count).GroupBy(index => classes[index]))
        {
            int[] members = [.. stratum];
            SeededPermutation.Shuffle<int>(members, DerivedSeed.Of(seed, Stream, (ulong)stratum.Key));
            foreach (int index in members.AsSpan(0, HeldBack(members.Length, fraction)))
            {
                held[index] = true;
            }
        }

        return new DatasetSplit(
            [.. Enumerable.Range(0, held.Length).Where(index => !held[index])], [.. Enumerable.Range(0, held.Length).Where(index => held[index])]);
    }

    /// <summary>Splits multi-label examples by the rarest label of each, since the common ones take care of themselves.</summary>
    /// <param name="labels">Labels of each example, 0 or more each; those without any form a class of their own.</param>
    /// <param name="fraction">Share of the validation part, in [0, 1).</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside [0, 1).</exception>
    public static DatasetSplit Create(IReadOnlyList<IReadOnlyList<int>> labels, double fraction, ulong seed)
    {
        Dictionary<int, int> counts = labels.SelectMany(row => row).CountBy(label => label).ToDictionary();
        int none = counts.Count == 0 ? 0 : counts.Keys.Max() + 1;
        int[] classes = [.. labels.Select(row => row.Count == 0 ? none : row.OrderBy(label => counts[label]).ThenBy(label => label).First())];
        return Create(classes, fraction, seed);
    }

    private static int HeldBack(int count, double fraction) =>
        count < 2 || fraction == 0 ? 0 : Math.Clamp((int)Math.Round(count * fraction, MidpointRounding.AwayFromZero), 1, count - 1);
}
