namespace FeedbackService.Model.Tokenization;

/// <summary>
/// The n-grams met in training: their hash buckets, how much each weighs, and to which block it belongs. Row 0 stands for
/// a text without any known n-gram; n-gram i is row i + 1.
/// </summary>
/// <remarks>
/// Keeping only buckets that were met makes the embedding table as large as the data need, and leaves no untrained row
/// that could speak at inference.
/// </remarks>
public sealed class NgramVocabulary
{
    private readonly Dictionary<int, int> _rows;

    /// <summary>Takes a vocabulary.</summary>
    /// <param name="buckets">Distinct hash buckets.</param>
    /// <param name="weights">Weight of each n-gram, positive: its inverse document frequency. Same length.</param>
    /// <param name="characters">True for n-grams of characters, false for those of words and ideographs. Same length.</param>
    /// <exception cref="ArgumentException">Lengths differ, a bucket is negative or stands twice, or a weight is not positive and finite.</exception>
    public NgramVocabulary(int[] buckets, float[] weights, bool[] characters)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(characters);
        if (weights.Length != buckets.Length || characters.Length != buckets.Length)
        {
            throw new ArgumentException($"{buckets.Length} buckets, {weights.Length} weights and {characters.Length} marks do not fit together.");
        }

        _rows = new Dictionary<int, int>(buckets.Length);
        for (var i = 0; i < buckets.Length; i++)
        {
            if (buckets[i] < 0 || !_rows.TryAdd(buckets[i], i + 1))
            {
                throw new ArgumentException($"Bucket {buckets[i]} is negative or stands twice.", nameof(buckets));
            }

            if (!float.IsFinite(weights[i]) || weights[i] <= 0)
            {
                throw new ArgumentException($"The weight {weights[i]} of bucket {buckets[i]} is not positive.", nameof(weights));
            }
        }

        (Buckets, Weights, Characters) = (buckets, weights, characters);
    }

    /// <summary>Hash bucket of each n-gram.</summary>
    public IReadOnlyList<int> Buckets { get; }

    /// <summary>Inverse document frequency of each n-gram.</summary>
    public IReadOnlyList<float> Weights { get; }

    /// <summary>Whether each n-gram is one of characters.</summary>
    public IReadOnlyList<bool> Characters { get; }

    /// <summary>Number of rows: one more than n-grams.</summary>
    public int RowCount => Buckets.Count + 1;

    /// <summary>Row of a bucket, or -1 when it was not met in training.</summary>
    public int RowOf(int bucket) => _rows.GetValueOrDefault(bucket, -1);
}
