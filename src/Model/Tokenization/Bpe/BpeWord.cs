namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>
/// Joins the bytes of one word by the merges of a vocabulary, always the merge of the lowest rank, of equal ones the leftmost: O(n log n) for n bytes. One
/// instance serves one thread at a time, word after word.
/// </summary>
internal sealed class BpeWord(ByteLevelBpeVocabulary vocabulary, int unknown, bool fuseUnknown)
{
    private const int None = -1;

    // A symbol is known by its first byte. Of one that was joined to its left neighbour the length is 0.
    private readonly List<Symbol> _symbols = [];
    private readonly PriorityQueue<int, ulong> _queue = new();

    /// <summary>Merges that were looked at since the instance was made: the measure of work.</summary>
    public long Work { get; private set; }

    /// <summary>Joins a word.</summary>
    /// <param name="word">UTF-8.</param>
    /// <param name="onToken">Called with id, first byte and one past the last byte of every token, in order.</param>
    public void Join(ReadOnlySpan<byte> word, Action<int, int, int> onToken)
    {
        Fill(word);
        for (var symbol = 0; symbol + 1 < _symbols.Count; symbol++)
        {
            Enqueue(symbol);
        }

        while (_queue.TryDequeue(out var symbol, out var priority))
        {
            Work++;
            var next = _symbols[symbol].Next;

            // What was queued may be gone or may have grown since.
            if (_symbols[symbol].Length > 0 && next != None
                && vocabulary.RankOf(_symbols[symbol].Id, _symbols[next].Id, out var joined) is >= 0 and var rank && rank == (int)(priority >> 32))
            {
                Merge(symbol, next, joined);
            }
        }

        foreach (var symbol in _symbols)
        {
            if (symbol.Length > 0)
            {
                onToken(symbol.Id, symbol.Start, symbol.Start + symbol.Length);
            }
        }
    }

    private void Fill(ReadOnlySpan<byte> word)
    {
        _symbols.Clear();
        for (var position = 0; position < word.Length; position++)
        {
            var id = vocabulary.IdOf(word[position]);
            if (id == None && fuseUnknown && _symbols.Count > 0 && _symbols[^1] is { } last && last.Unknown)
            {
                _symbols[^1] = last with { Length = last.Length + 1 };
                continue;
            }

            var index = _symbols.Count;
            if (index > 0)
            {
                _symbols[^1] = _symbols[^1] with { Next = index };
            }

            _symbols.Add(new Symbol(id == None ? unknown : id, position, 1, index - 1, None, id == None));
        }
    }

    private void Merge(int symbol, int next, int joined)
    {
        var (left, right) = (_symbols[symbol], _symbols[next]);
        _symbols[symbol] = left with { Id = joined, Length = left.Length + right.Length, Next = right.Next };
        _symbols[next] = right with { Length = 0 };
        if (right.Next != None)
        {
            _symbols[right.Next] = _symbols[right.Next] with { Previous = symbol };
            Enqueue(symbol);
        }

        if (left.Previous != None)
        {
            Enqueue(left.Previous);
        }
    }

    private void Enqueue(int symbol)
    {
        if (vocabulary.RankOf(_symbols[symbol].Id, _symbols[_symbols[symbol].Next].Id, out _) is >= 0 and var rank)
        {
            _queue.Enqueue(symbol, ((ulong)(uint)rank << 32) | (uint)symbol);
        }
    }

    private readonly record struct Symbol(int Id, int Start, int Length, int Previous, int Next, bool Unknown);
}
