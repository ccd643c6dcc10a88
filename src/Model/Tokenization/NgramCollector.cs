using System.Numerics;

namespace FeedbackService.Model.Tokenization;

/// <summary>Takes n-grams in text order: keeps the first ones, counts all, drops repeated ones if asked to.</summary>
internal sealed class NgramCollector
{
    private readonly List<int> _ids = new(256);
    private readonly List<TokenSpan> _spans = new(256);
    private int[] _seen = new int[1024];
    private int _seenCount;
    private int _limit;
    private bool _distinct;

    /// <summary>Number of n-grams, kept or not.</summary>
    public int Total { get; private set; }

    /// <summary>Number of slots of the table of ids already met.</summary>
    public int Capacity => _seen.Length;

    public void Reset(int limit, bool distinct)
    {
        (_limit, _distinct, Total, _seenCount) = (limit, distinct, 0, 0);
        _ids.Clear();
        _spans.Clear();
        _seen.AsSpan().Clear();
    }

    /// <summary>Takes an id. True when it is kept; the caller then gives its span if spans are wanted.</summary>
    public bool Add(int id)
    {
        if (_distinct && !Meet(id))
        {
            return false;
        }

        Total++;
        if (_ids.Count >= _limit)
        {
            return false;
        }

        _ids.Add(id);
        return true;
    }

    public void AddSpan(TokenSpan span) => _spans.Add(span);

    public void CopyTo(Span<int> ids, Span<TokenSpan> spans)
    {
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids)[..ids.Length].CopyTo(ids);
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_spans)[..spans.Length].CopyTo(spans);
    }

    // Open addressing with 0 as the free slot, so ids are kept plus one.
    private bool Meet(int id)
    {
        if (_seenCount * 2 >= _seen.Length)
        {
            var old = _seen;
            _seen = new int[old.Length * 2];
            foreach (var entry in old)
            {
                if (entry != 0)
                {
                    _seen[Slot(entry)] = entry;
                }
            }
        }

        var slot = Slot(id + 1);
        if (_seen[slot] != 0)
        {
            return false;
        }

        _seen[slot] = id + 1;
        _seenCount++;
        return true;
    }

    private int Slot(int entry)
    {
        var mask = _seen.Length - 1;
        // Ids of one text are even over the buckets already; Fibonacci hashing spreads small ones too.
        var slot = (int)(((uint)entry * 2654435769u) >> (32 - BitOperations.Log2((uint)_seen.Length)));
        while (_seen[slot] != 0 && _seen[slot] != entry)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }
}
