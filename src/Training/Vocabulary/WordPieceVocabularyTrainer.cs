using System.Runtime.InteropServices;
using System.Text;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Vocabulary;

/// <summary>
/// Learns a WordPiece vocabulary from texts: BERT's words, then the most frequent pair of neighbouring pieces is merged again
/// and again (byte-pair counts, Sennrich et al. 2016, arXiv:1508.07909).
/// </summary>
/// <remarks>
/// Deviation from Schuster and Nakajima 2012: merges are ranked by count, not by likelihood gain, as in Hugging Face's trainer;
/// the gain favours rare pieces. Equal texts give equal vocabularies, in any order of the texts: ties go to the older pieces.
/// Ideographs and punctuation are words of their own, so they enter as single characters.
/// </remarks>
public sealed class WordPieceVocabularyTrainer
{
    // Beyond this many different words those met only once are forgotten: bounds memory on huge corpora.
    private const int MaxWords = 2_000_000;

    private readonly WordPieceVocabularyOptions _options;

    /// <summary>Makes a trainer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public WordPieceVocabularyTrainer(WordPieceVocabularyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, 200_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinFrequency, 1);
        _options = options;
    }

    /// <summary>Learns from the texts, which are read once.</summary>
    /// <returns>The special tokens [PAD] [UNK] [CLS] [SEP] [MASK], then characters, then merges; fewer than the size when the texts hold no more.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public WordPieceVocabulary Learn(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var words = CountWords(texts, cancellationToken);
        var pieces = new PieceTable(_options.Tokenizer);
        AddAlphabet(words, pieces);
        new PairMerger(words, pieces).Merge(_options.Size, _options.MinFrequency, cancellationToken);
        return new WordPieceVocabulary(pieces.Tokens);
    }

    private Dictionary<string, long> CountWords(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var splitter = new BertWordSplitter(_options.Tokenizer);
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            splitter.Split(text, (word, _, _, tooLong) =>
            {
                if (!tooLong)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out _)++;
                }
            });
            if (counts.Count > MaxWords)
            {
                foreach (var rare in counts.Where(pair => pair.Value == 1).Select(pair => pair.Key).ToList())
                {
                    counts.Remove(rare);
                }
            }
        }

        return counts;
    }

    // A character that goes on with words somewhere is known at the beginning too, and the other way round: words not seen
    // yet would be unknown as a whole otherwise.
    private void AddAlphabet(Dictionary<string, long> words, PieceTable pieces)
    {
        var counts = new Dictionary<Rune, (long Count, bool Continues)>();
        foreach (var (word, count) in words)
        {
            var single = true;
            foreach (var rune in word.EnumerateRunes())
            {
                var continues = !single || rune.Utf16SequenceLength < word.Length;
                ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, rune, out _);
                entry = (entry.Count + count, entry.Continues || continues);
                single = false;
            }
        }

        foreach (var (rune, (count, continues)) in counts.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key))
        {
            if (count < _options.MinFrequency || pieces.Tokens.Count + (continues ? 2 : 1) > _options.Size)
            {
                break;
            }

            pieces.Add(rune.ToString(), continuation: false);
            if (continues)
            {
                pieces.Add(rune.ToString(), continuation: true);
            }
        }
    }
}
