using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>The tokens of one text: kept up to a limit, counted to the end.</summary>
internal sealed class ByteLevelPieces(ByteLevelBpeTokenizer owner, AddedTokenSet added, int limit, bool withSpans)
{
    private readonly List<int> _ids = [];
    private readonly List<TokenSpan>? _spans = withSpans ? [] : null;
    private readonly BpeWord _word = new(owner.Vocabulary, owner.UnknownId ?? 0, owner.Config.FuseUnknown);
    private byte[] _bytes = new byte[256];
    private char[] _written = new char[256];

    // Source position of the character that each byte of the word is of, and where that character ends.
    private int[] _starts = [];
    private int[] _ends = [];

    /// <summary>Number of tokens, also of those beyond the limit.</summary>
    public int Total { get; private set; }

    /// <summary>Merges looked at: the measure of work.</summary>
    internal long Work => _word.Work;

    public void Read(string source)
    {
        var text = UnicodeText.WellFormed(source);
        foreach (var section in added.InText(text))
        {
            if (section.Id != TextSection.NoToken)
            {
                AddFound(text, section.Start, section.End, section.Id);
                continue;
            }

            foreach (var inner in added.InNormalizedText(text.AsSpan(section.Start, section.End - section.Start)))
            {
                var (start, end) = (section.Start + inner.Start, section.Start + inner.End);
                if (inner.Id != TextSection.NoToken)
                {
                    AddFound(text, start, end, inner.Id);
                }
                else
                {
                    ReadWords(text, start, end);
                }
            }
        }
    }

    public void CopyTo(List<int> ids, List<TokenSpan>? spans, int count, bool pair)
    {
        ids.AddRange(_ids.Take(count));
        spans?.AddRange(_spans!.Take(count).Select(span => span with { Pair = pair }));
    }

    private void ReadWords(string text, int start, int end)
    {
        var prefix = owner.Config.AddPrefixSpace && text[start] != ' ';
        ReadOnlySpan<char> section = prefix ? $" {text.AsSpan(start, end - start)}" : text.AsSpan(start, end - start);
        for (var position = 0; position < section.Length;)
        {
            var next = ByteLevelWords.End(section, position);
            ReadWord(section[position..next], start + position - (prefix ? 1 : 0), start);
            position = next;
        }
    }

    private void ReadWord(ReadOnlySpan<char> word, int place, int sectionStart)
    {
        var count = ToBytes(word, place, sectionStart);
        var bytes = _bytes.AsSpan(0, count);
        if (owner.Config.IgnoreMerges && owner.Vocabulary.TryGetId(Written(bytes), out var id))
        {
            AddWord(id, 0, count);
            return;
        }

        _word.Join(bytes, AddWord);
    }

    private int ToBytes(ReadOnlySpan<char> word, int place, int sectionStart)
    {
        var most = word.Length * 3;
        if (_bytes.Length < most)
        {
            _bytes = new byte[Math.Max(most, _bytes.Length * 2)];
        }

        if (withSpans && _starts.Length < _bytes.Length)
        {
            (_starts, _ends) = (new int[_bytes.Length], new int[_bytes.Length]);
        }

        var count = 0;
        for (var position = 0; position < word.Length;)
        {
            var rune = UnicodeText.ReadRune(word, position, out var length);
            var written = rune.EncodeToUtf8(_bytes.AsSpan(count));
            if (withSpans)
            {
                // A space that was put in front stands, empty, where its text begins.
                _starts.AsSpan(count, written).Fill(Math.Max(place + position, sectionStart));
                _ends.AsSpan(count, written).Fill(Math.Max(place + position + length, sectionStart));
            }

            (count, position) = (count + written, position + length);
        }

        return count;
    }

    private ReadOnlySpan<char> Written(ReadOnlySpan<byte> bytes)
    {
        if (_written.Length < bytes.Length)
        {
            _written = new char[_bytes.Length];
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            _written[i] = ByteAlphabet.Characters[bytes[i]];
        }

        return _written.AsSpan(0, bytes.Length);
    }

    private void AddWord(int id, int first, int last)
    {
        if (_spans is null || _ids.Count >= limit)
        {
            Add(id, default);
            return;
        }

        var (from, to) = (first, last);
        while (owner.Config.TrimOffsets && from < to && _bytes[from] == ' ')
        {
            from++;
        }

        while (owner.Config.TrimOffsets && from < to && _bytes[to - 1] == ' ')
        {
            to--;
        }

        // Nothing but spaces: an empty place where they end.
        Add(id, from == to ? new TokenSpan(_ends[last - 1], _ends[last - 1]) : new TokenSpan(_starts[from], _ends[to - 1]));
    }

    private void AddFound(string text, int start, int end, int id)
    {
        while (owner.Config.TrimOffsets && start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (owner.Config.TrimOffsets && start < end && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        Add(id, new TokenSpan(start, end));
    }

    private void Add(int id, TokenSpan span)
    {
        Total++;
        if (_ids.Count < limit)
        {
            _ids.Add(id);
            _spans?.Add(span);
        }
    }
}
