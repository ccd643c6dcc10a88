using System.Numerics;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Datasets;

/// <summary>Counts lengths and letters of texts as they pass.</summary>
internal sealed class TextLengths
{
    private const int FirstBits = 4;
    private readonly long[] _buckets = new long[64];
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
        CountLetters(input.Text);
        CountLetters(input.TextPair);
    }

    /// <summary>Buckets 0-15, 16-31, 32-63, … up to the longest text; none without a row.</summary>
    public IReadOnlyList<LengthBucket> Histogram() => _rows == 0
        ? []
        : [.. Enumerable.Range(0, Bucket(_longest) + 1).Select(
            bucket => new LengthBucket(bucket == 0 ? 0 : 1L << (bucket + FirstBits - 1), 1L << (bucket + FirstBits), _buckets[bucket]))];

    /// <summary>The means and shares.</summary>
    public DatasetStatistics Statistics() => new(
        _rows == 0 ? 0 : (double)_characters / _rows, _longest, _letters == 0 ? 0 : (double)_cjkLetters / _letters);

    private static int Bucket(long length) => length < 1 << FirstBits ? 0 : BitOperations.Log2((ulong)length) - FirstBits + 1;

    private void CountLetters(string? text)
    {
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
    }
}
