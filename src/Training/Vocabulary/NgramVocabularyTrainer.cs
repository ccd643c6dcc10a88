using System.Runtime.InteropServices;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Vocabulary;

/// <summary>Finds the n-grams of the training texts and how much each weighs.</summary>
public static class NgramVocabularyTrainer
{
    /// <summary>
    /// Fits a vocabulary: every bucket that occurs, with idf = ln((1 + n) / (1 + df)) + 1 over n texts (the smoothed form
    /// of scikit-learn's TfidfTransformer). Deterministic: buckets come in ascending order.
    /// </summary>
    /// <param name="config">Which n-grams.</param>
    /// <param name="texts">The training texts; read once.</param>
    /// <exception cref="InvalidFileException">A setting is out of range.</exception>
    public static NgramVocabulary Train(HashedNgramConfig config, IEnumerable<TextInput> texts)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(texts);

        // Without words and characters nothing is left to tokenize; words that are off are none of the buckets anyway.
        var wordsOnly = new HashedNgramTokenizer(config with { Distinct = true, CharacterMax = 0, WordMax = Math.Max(config.WordMax, config.WordMin) });
        var everything = new HashedNgramTokenizer(config with { Distinct = true });
        var frequencies = new Dictionary<int, int>();
        var words = new HashSet<int>();
        var count = 0;
        foreach (var text in texts)
        {
            count++;
            foreach (var bucket in everything.Encode(text, int.MaxValue).Ids)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(frequencies, bucket, out _)++;
            }

            words.UnionWith(wordsOnly.Encode(text, int.MaxValue).Ids);
        }

        int[] buckets = [.. frequencies.Keys.Order()];
        return new NgramVocabulary(
            buckets,
            [.. buckets.Select(bucket => (float)(Math.Log((1.0 + count) / (1.0 + frequencies[bucket])) + 1))],
            [.. buckets.Select(bucket => !words.Contains(bucket))]);
    }
}
