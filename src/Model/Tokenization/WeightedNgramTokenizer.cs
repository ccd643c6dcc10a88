using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.Tokenization;

/// <summary>
/// Hashed n-grams over a fitted vocabulary, each once per text and weighed by sublinear tf-idf (Salton and Buckley 1988):
/// w = (1 + ln tf) · idf, then scaled so that each block (words, characters) has the same share and the squares sum to
/// the number of n-grams: a text says the same however long it is.
/// </summary>
public sealed class WeightedNgramTokenizer : ITextTokenizer
{
    private const int NothingRow = 0;
    private readonly HashedNgramTokenizer _ngrams;
    private readonly NgramVocabulary _vocabulary;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="config">Which n-grams; whether they are distinct does not matter, occurrences are counted here.</param>
    /// <param name="vocabulary">Fitted with the same settings.</param>
    /// <exception cref="InvalidFileException">A setting is out of range.</exception>
    public WeightedNgramTokenizer(HashedNgramConfig config, NgramVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(vocabulary);
        Config = config with { Distinct = false, Fitted = true };
        _ngrams = new HashedNgramTokenizer(Config);
        _vocabulary = vocabulary;
    }

    /// <summary>The settings.</summary>
    public HashedNgramConfig Config { get; }

    /// <inheritdoc/>
    public int VocabularySize => _vocabulary.RowCount;

    /// <inheritdoc/>
    public TokenizedText Encode(TextInput input, int maxTokens, bool withSpans = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 4);
        var isPair = !string.IsNullOrEmpty(input.TextPair);
        var all = _ngrams.Encode(input, int.MaxValue, withSpans || isPair);
        var places = new Dictionary<int, int>(all.Ids.Length);
        var rows = new List<int>(all.Ids.Length);
        var counts = new List<int>(all.Ids.Length);
        var sources = new List<int>(all.Ids.Length);
        for (var i = 0; i < all.Ids.Length; i++)
        {
            var row = _vocabulary.RowOf(all.Ids[i]);
            if (row < 0)
            {
                continue;
            }

            if (places.TryAdd(row, rows.Count))
            {
                rows.Add(row);
                counts.Add(1);
                sources.Add(i);
            }
            else
            {
                counts[places[row]]++;
            }
        }

        if (rows.Count == 0)
        {
            return new TokenizedText([NothingRow], null, 1)
            {
                Weights = [1],
                Spans = withSpans ? [new TokenSpan(0, (input.Text ?? "").Length)] : null,
            };
        }

        var kept = Keep(sources, all.Spans, isPair, maxTokens);
        return new TokenizedText([.. kept.Select(place => rows[place])], null, rows.Count)
        {
            Weights = Weigh(kept, rows, counts),
            Spans = withSpans ? [.. kept.Select(place => all.Spans![sources[place]])] : null,
        };
    }

    /// <inheritdoc/>
    public void Save(string directory)
    {
        File.WriteAllBytes(Path.Combine(directory, TokenizerFiles.ConfigFile), JsonFiles.ToBytes<TokenizerConfig>(Config));
        NgramVocabularyFile.Save(_vocabulary, Path.Combine(directory, TokenizerFiles.NgramsFile));
    }

    // N-grams come in text order, those of the first text before those of its pair.
    private static int[] Keep(List<int> sources, TokenSpan[]? spans, bool isPair, int maxTokens)
    {
        if (sources.Count <= maxTokens)
        {
            return [.. Enumerable.Range(0, sources.Count)];
        }

        if (!isPair)
        {
            return [.. Enumerable.Range(0, maxTokens)];
        }

        var first = sources.Count(source => !spans![source].Pair);
        var (keepFirst, keepSecond) = PairCut.Keep(first, sources.Count - first, maxTokens);
        return [.. Enumerable.Range(0, keepFirst), .. Enumerable.Range(first, keepSecond)];
    }

    private float[] Weigh(int[] kept, List<int> rows, List<int> counts)
    {
        var weights = new float[kept.Length];
        Span<double> squares = [0, 0];
        for (var i = 0; i < kept.Length; i++)
        {
            var ngram = rows[kept[i]] - 1;
            weights[i] = (1 + MathF.Log(counts[kept[i]])) * _vocabulary.Weights[ngram];
            squares[Block(ngram)] += weights[i] * weights[i];
        }

        var blocks = (squares[0] > 0 ? 1 : 0) + (squares[1] > 0 ? 1 : 0);
        Span<float> scales = [Scale(squares[0], kept.Length, blocks), Scale(squares[1], kept.Length, blocks)];
        for (var i = 0; i < kept.Length; i++)
        {
            weights[i] *= scales[Block(rows[kept[i]] - 1)];
        }

        return weights;
    }

    private int Block(int ngram) => _vocabulary.Characters[ngram] ? 1 : 0;

    private static float Scale(double squares, int count, int blocks) => squares > 0 ? (float)Math.Sqrt((double)count / blocks / squares) : 0;
}
