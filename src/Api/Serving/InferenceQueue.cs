namespace FeedbackService.Api.Serving;

/// <summary>
/// Texts waiting for the inference thread, interactive before background, oldest first. All of a request is admitted
/// or none of it. Thread-safe; knows no tensors.
/// </summary>
internal sealed class InferenceQueue(ServingOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<InferenceItem> _interactive = new();
    private readonly LinkedList<InferenceItem> _background = new();
    private readonly SemaphoreSlim _available = new(0);

    /// <summary>Texts waiting now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _interactive.Count + _background.Count;
            }
        }
    }

    /// <summary>Tokens of interactive texts waiting now.</summary>
    public long InteractiveTokens { get; private set; }

    /// <summary>Admits all items or, when interactive texts would exceed the limit, none. Background items always fit.</summary>
    public bool TryAdd(IReadOnlyList<InferenceItem> items, WorkPriority priority)
    {
        lock (_gate)
        {
            if (priority == WorkPriority.Interactive)
            {
                // An empty queue takes any request, so that a large one is not refused for ever.
                if (_interactive.Count > 0 && _interactive.Count + items.Count > options.QueueTexts)
                {
                    return false;
                }

                InteractiveTokens += items.Sum(item => (long)item.Tokens.Ids.Length);
            }

            var queue = priority == WorkPriority.Interactive ? _interactive : _background;
            foreach (var item in items)
            {
                queue.AddLast(item);
            }
        }

        _available.Release();
        return true;
    }

    /// <summary>
    /// Waits for work and takes a batch for one model: the oldest text's, filled with later texts of the same model
    /// within the token budget. Texts whose caller has gone are dropped here and cost nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public IReadOnlyList<InferenceItem> Take(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                var batch = new List<InferenceItem>();
                InteractiveTokens -= Fill(batch, _interactive);
                Fill(batch, _background);
                if (batch.Count > 0)
                {
                    return batch;
                }
            }

            _available.Wait(cancellationToken);
        }
    }

    private long Fill(List<InferenceItem> batch, LinkedList<InferenceItem> queue)
    {
        var tokensTaken = 0L;
        var budget = options.BatchTokens - batch.Sum(item => (long)item.Tokens.Ids.Length);
        for (var node = queue.First; node is not null && batch.Count < options.BatchTexts;)
        {
            var (item, current) = (node.Value, node);
            node = node.Next;
            var size = item.Tokens.Ids.Length;
            if (item.IsAbandoned)
            {
                item.Abandon();
            }
            else if (batch.Count > 0 && (!ReferenceEquals(item.Predictor, batch[0].Predictor) || size > budget))
            {
                continue;
            }
            else
            {
                batch.Add(item);
                budget -= size;
            }

            tokensTaken += size;
            queue.Remove(current);
        }

        return tokensTaken;
    }
}
