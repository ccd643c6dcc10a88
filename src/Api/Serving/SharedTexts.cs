using System.Runtime.InteropServices;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Texts under way, each of them once however many ask for it: whoever asks while an equal one is under way waits for that. A text goes
/// on as long as one of them waits. Nothing is remembered of texts that are done. Thread-safe.
/// </summary>
internal sealed class SharedTexts
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TextKey, SharedText> _texts = [];

    /// <summary>Texts under way now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _texts.Count;
            }
        }
    }

    /// <summary>How many different texts of a request are not under way now.</summary>
    public int CountNew(IReadOnlyList<TextKey> keys)
    {
        lock (_gate)
        {
            return keys.Where(key => !_texts.TryGetValue(key, out var known) || known.Item.Completion.IsCompleted).Distinct().Count();
        }
    }

    /// <summary>
    /// Joins the texts of a request that are under way and lists the others, so that later ones join those. The caller must hold a lease of their model,
    /// complete or queue the new ones without fail, and <see cref="Leave"/> all of them before it gives the lease back.
    /// </summary>
    /// <param name="keys">The texts, equal ones among them or not.</param>
    /// <param name="create">Makes the item of one that is not under way.</param>
    /// <returns>One per key, in order; and the new ones among them, each once.</returns>
    public (SharedText[] All, SharedText[] New) Join(IReadOnlyList<TextKey> keys, Func<InferenceItem> create)
    {
        var all = new SharedText[keys.Count];
        var created = new List<SharedText>(keys.Count);
        lock (_gate)
        {
            for (var i = 0; i < all.Length; i++)
            {
                ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, keys[i], out _);
                if (text is null || text.Item.Completion.IsCompleted)
                {
                    text = new SharedText(keys[i], create());
                    created.Add(text);
                }

                text.Waiting++;
                all[i] = text;
            }
        }

        return (all, [.. created]);
    }

    /// <summary>Takes a request's places back, whether its texts are done or not.</summary>
    /// <param name="texts">As joined.</param>
    /// <returns>Items that are not done and that nobody waits for any more; nobody joins them either.</returns>
    public IReadOnlyList<InferenceItem> Leave(IReadOnlyList<SharedText> texts)
    {
        List<InferenceItem>? forsaken = null;
        lock (_gate)
        {
            foreach (var text in texts)
            {
                text.Waiting--;
                var done = text.Item.Completion.IsCompleted;
                if (text.Waiting == 0 && !done)
                {
                    text.Item.GiveUp();
                    (forsaken ??= []).Add(text.Item);
                }

                // By now the key may be that of a later one.
                if ((text.Waiting == 0 || done) && _texts.TryGetValue(text.Key, out var listed) && ReferenceEquals(listed, text))
                {
                    _texts.Remove(text.Key);
                }
            }
        }

        return forsaken ?? [];
    }
}
