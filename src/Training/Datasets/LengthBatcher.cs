using System.Runtime.InteropServices;
using FeedbackService.Training.Determinism;

namespace FeedbackService.Training.Datasets;

/// <summary>
/// Groups texts of similar length into batches, so that little is computed for padding, while the order stays random enough to train on.
/// A pure function of its arguments: a resumed training makes the plan again and goes on at its batch.
/// </summary>
/// <remarks>
/// The examples are shuffled, cut into windows of some batches, sorted by length within a window and dealt out in batches; then the
/// batches are shuffled. Sorting everything at once would put the same texts together in every epoch.
/// </remarks>
public static class LengthBatcher
{
    /// <summary>Batches in one window when none is given.</summary>
    public const int DefaultWindowBatches = 50;

    private const ulong Stream = 3;

    /// <summary>Plans one epoch: every example in exactly one batch, no batch empty.</summary>
    /// <param name="lengths">Tokens of each example.</param>
    /// <param name="batchSize">Most examples in a batch, at least 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">0-based epoch.</param>
    /// <param name="maxTokens">
    /// Most tokens in a batch, as the sum of its lengths (batches are packed); null for no such limit. A longer example is alone in its
    /// batch. With this limit the number of batches may differ a little from epoch to epoch.
    /// </param>
    /// <param name="windowBatches">Batches that are sorted together, at least 1; 1 is a plain shuffle.</param>
    /// <returns>Indices into <paramref name="lengths"/>, batch by batch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public static IReadOnlyList<int[]> Plan(
        IReadOnlyList<int> lengths, int batchSize, ulong seed, int epoch, int? maxTokens = null, int windowBatches = DefaultWindowBatches)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBatches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens ?? 1, 1, nameof(maxTokens));

        int[] order = SeededPermutation.Create(lengths.Count, seed, epoch);
        int windowSize = (int)Math.Min((long)batchSize * windowBatches, Math.Max(1, order.Length));
        var batches = new List<int[]>();
        for (int start = 0; start < order.Length; start += windowSize)
        {
            int[] window = order[start..Math.Min(start + windowSize, order.Length)];
            int[] positions = [.. Enumerable.Range(0, window.Length)];
            // Ties keep the shuffled order: Array.Sort is not stable, so the position is part of the key.
            Array.Sort(positions, (a, b) => (lengths[window[a]], a).CompareTo((lengths[window[b]], b)));
            Deal([.. positions.Select(position => window[position])], lengths, batchSize, maxTokens ?? int.MaxValue, batches);
        }

        SeededPermutation.Shuffle(CollectionsMarshal.AsSpan(batches), DerivedSeed.Of(seed, Stream, (ulong)epoch));
        return batches;
    }

    private static void Deal(int[] sorted, IReadOnlyList<int> lengths, int batchSize, int maxTokens, List<int[]> batches)
    {
        int first = 0;
        long tokens = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            int length = lengths[sorted[i]];
            if (i > first && (i - first == batchSize || tokens + length > maxTokens))
            {
                batches.Add(sorted[first..i]);
                (first, tokens) = (i, 0);
            }

            tokens += length;
        }

        if (first < sorted.Length)
        {
            batches.Add(sorted[first..]);
        }
    }
}
