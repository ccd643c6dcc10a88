namespace FeedbackService.Training.Determinism;

/// <summary>Orders that depend on seed and epoch alone, so that a resumed training needs only the number of examples it has seen.</summary>
public static class SeededPermutation
{
    /// <summary>Stream of the data order among the seeds derived from a run's seed.</summary>
    private const ulong Stream = 1;

    /// <summary>A permutation of 0…count-1 (Fisher-Yates over <see cref="SplitMix64"/>).</summary>
    /// <param name="count">Number of items, 0 or more.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">Epoch, or any other number that should give another order.</param>
    public static int[] Create(int count, ulong seed, int epoch)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        Shuffle(order, DerivedSeed.Of(seed, Stream, (ulong)epoch));
        return order;
    }

    /// <summary>Shuffles in place; the same seed gives the same order.</summary>
    public static void Shuffle<T>(Span<T> items, ulong seed)
    {
        var random = new SplitMix64(seed);
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = random.Next(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
