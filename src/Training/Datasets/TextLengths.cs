using System.Numerics;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Datasets;

/// <summary>Counts lengths and letters of texts as they pass.</summary>
internal sealed class TextLengths
{
    private const int FirstBits = 4;
    private const double CharactersPerPiece = 4.6; // as the estimates of trainings have it
    private const int MarkersPerText = 2;
    private static readonly int[] TokenLimits = [32, 64, 128, 256, 512, 1024];
    private readonly long[] _buckets = new long[64];
    private readonly long[] _beyond = new long[TokenLimits.Length];
    private long _rows;
    private long _characters;
    private long _longest;
    private long _letters;
    private long _cjkLetters;

    /// <summary>Counts one row.</summary>
    public void Add(TextInput input)
    {
        long length = input.Text.Length + (input.TextPair?.Length ?? 0);
        _rows++;
        _characters += length;
        _longest = Math.Max(_longest, length);
        _buckets[Bucket(length)]++;
        long ideographs = CountLetters(input.Text) + CountLetters(input.TextPair);
        double tokens = ideographs + ((length - ideographs) / CharactersPerPiece) + MarkersPerText;
        for (int i = 0; i < TokenLimits.Length && tokens > TokenLimits[i]; i++)
        {
            _beyond[i]++;
        }
    }

    /// <summary>Share of the texts beyond each of some usual limits of tokens, by an estimate; none without a row.</summary>
    public IReadOnlyList<TruncatedShare> Truncation() => _rows == 0
        ? []
        : [.. TokenLimits.Select((limit, i) => new TruncatedShare(limit, (double)_beyond[i] / _rows))];

    /// <summary>Buckets 0-15, 16-31, 32-63, … up to the longest text; none without a row.</summary>
    public IReadOnlyList<LengthBucket> Histogram() => _rows == 0
        ? []
        : [.. Enumerable.Range(0, Bucket(_longest) + 1).Select(
            bucket => new LengthBucket(bucket == 0 ? 0 : 1L << (bucket + FirstBits - 1), 1L << (bucket + FirstBits), _buckets[bucket]))];

    /// <summary>The means and shares.</summary>
    public DatasetStatistics Statistics() => new(
        _rows == 0 ? 0 : (double)_characters / _rows, _longest, _letters == 0 ? 0 : (double)_cjkLetters / _letters);

    private static int Bucket(long length) => length < 1 << FirstBits ? 0 : BitOperations.Log2((ulong)length) - FirstBits + 1;

    private long CountLetters(string? text)
    {
        long before = _cjkLetters;
        foreach (char c in text ?? "")
        {
            if (char.IsAsciiLetter(c))
            {
                _letters++;
            }
            else if (c >= 0x80 && char.IsLetter(c))
            {
                _letters++;
                // Kana, CJK ideographs (basic plane), Hangul; the rarer ones beyond change no share.
                _cjkLetters += c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF') ? 1 : 0;
            }
        }

        return _cjkLetters - before;
    }
}
