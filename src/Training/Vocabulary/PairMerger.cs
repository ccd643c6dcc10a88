using System.Runtime.InteropServices;

namespace FeedbackService.Training.Vocabulary;

/// <summary>Merges the most frequent pair of neighbouring pieces again and again, touching only the words that hold it.</summary>
internal sealed class PairMerger
{
    private readonly PieceTable _pieces;
    private readonly List<(int[] Pieces, int Length, long Count)> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];

    // Highest count first, then the older pieces: the order of the texts and of the dictionaries does not show.
    // Entries are not taken out when a count changes; a stale one is recognised when it comes up.
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue = new();

    public PairMerger(Dictionary<string, long> words, PieceTable pieces)
    {
        _pieces = pieces;
        foreach (var (word, count) in words)
        {
            AddWord(word, count);
        }

        foreach (var pair in _counts.Keys)
        {
            Enqueue(pair);
        }
    }

    public void Merge(int size, int minFrequency, CancellationToken cancellationToken)
    {
        while (_pieces.Tokens.Count < size && _queue.TryDequeue(out var pair, out var priority))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = _counts.GetValueOrDefault(pair);
            if (-priority.Count != count)
            {
                continue;
            }

            if (count < minFrequency)
            {
                break;
            }

            var merged = _pieces.Merge(pair.Left, pair.Right);
            var changed = new HashSet<(int, int)>();
            foreach (var word in _places[pair])
            {
                MergeIn(word, pair, merged, changed);
            }

            _places.Remove(pair);
            _counts.Remove(pair);
            changed.Remove(pair);
            foreach (var other in changed)
            {
                Enqueue(other);
            }
        }
    }

    private void AddWord(string word, long count)
    {
        var pieces = new List<int>(word.Length);
        foreach (var rune in word.EnumerateRunes())
        {
            var id = _pieces.Find(rune.ToString(), pieces.Count > 0);
            if (id < 0)
            {
                // The tokenizer will call this word unknown, so its pairs are of no use.
                return;
            }

            pieces.Add(id);
        }

        if (pieces.Count < 2)
        {
            return;
        }

        _words.Add(([.. pieces], pieces.Count, count));
        for (var i = 0; i + 1 < pieces.Count; i++)
        {
            Count((pieces[i], pieces[i + 1]), count, _words.Count - 1);
        }
    }

    private void MergeIn(int index, (int Left, int Right) pair, int merged, HashSet<(int, int)> changed)
    {
        ref var word = ref CollectionsMarshal.AsSpan(_words)[index];
        var pieces = word.Pieces.AsSpan(0, word.Length);
        for (var i = 0; i + 1 < pieces.Length; i++)
        {
            Discount((pieces[i], pieces[i + 1]), word.Count, changed);
        }

        var length = 0;
        for (var i = 0; i < pieces.Length; i++, length++)
        {
            var hit = i + 1 < pieces.Length && pieces[i] == pair.Left && pieces[i + 1] == pair.Right;
            pieces[length] = hit ? merged : pieces[i];
            i += hit ? 1 : 0;
        }

        word.Length = length;
        for (var i = 0; i + 1 < length; i++)
        {
            var next = (pieces[i], pieces[i + 1]);
            Count(next, word.Count, index);
            changed.Add(next);
        }
    }

    // A word that lost a pair stays in the pair's set: looking at it again changes nothing.
    private void Count((int Left, int Right) pair, long count, int word)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, pair, out _) += count;
        ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out _);
        (places ??= []).Add(word);
    }

    private void Discount((int Left, int Right) pair, long count, HashSet<(int, int)> changed)
    {
        CollectionsMarshal.GetValueRefOrNullRef(_counts, pair) -= count;
        changed.Add(pair);
    }

    private void Enqueue((int Left, int Right) pair)
    {
        var count = _counts.GetValueOrDefault(pair);
        if (count > 0)
        {
            _queue.Enqueue(pair, (-count, pair.Left, pair.Right));
        }
    }
}
