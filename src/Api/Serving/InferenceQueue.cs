using System.Diagnostics;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Texts waiting for the inference thread, interactive before background, oldest first. All of a request is admitted
/// or none of it. Thread-safe; knows no tensors.
/// </summary>
internal sealed class InferenceQueue(ServingOptions options, ModelCosts costs, TimeProvider? clock = null)
{
    // How far behind the oldest text a batch looks for more of the same model: bounds the time under the lock.
    private const int LookAhead = 1024;

    // Of a model whose cost is not known yet.
    private const int FirstInteractiveTokens = 2048;
    private const int FirstBackgroundTokens = 256;

    // So long after an interactive text the next one is expected.
    private static readonly TimeSpan Attention = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    // A monitor and not a Lock: the inference thread waits on it.
    private readonly object _gate = new();
    private readonly LinkedList<InferenceItem> _interactive = new();
    private readonly LinkedList<InferenceItem> _background = new();
    private readonly Dictionary<Predictor, (int Texts, long Tokens)> _interactiveWork = new(ReferenceEqualityComparer.Instance);
    private long? _interactiveAt;
    private bool _closed;

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
    public long InteractiveTokens
    {
        get
        {
            lock (_gate)
            {
                return _interactiveWork.Values.Sum(work => work.Tokens);
            }
        }
    }

    /// <summary>Texts of a priority waiting now, and how long the first of them has.</summary>
    public (int Texts, TimeSpan Oldest) Waiting(WorkPriority priority)
    {
        lock (_gate)
        {
            var queue = QueueOf(priority);
            return (queue.Count, queue.First is { } first ? Stopwatch.GetElapsedTime(first.Value.QueuedAt) : TimeSpan.Zero);
        }
    }

    /// <summary>True once the service stops: nothing is admitted any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    /// <summary>About how long the interactive texts that wait now will take.</summary>
    public TimeSpan InteractiveWork
    {
        get
        {
            lock (_gate)
            {
                return TimeSpan.FromSeconds(_interactiveWork.Sum(work => costs.Of(work.Key).Seconds(work.Value.Texts, work.Value.Tokens, options.BatchTexts, (int)BudgetOf(WorkPriority.Interactive, work.Key))));
            }
        }
    }

    /// <summary>Whether <see cref="TryAdd"/> would admit a request now, asked before work is spent on it.</summary>
    public bool HasRoom(int texts, WorkPriority priority)
    {
        lock (_gate)
        {
            // An empty queue takes any request, so that a large one is not refused for ever.
            return !_closed && (priority == WorkPriority.Background || _interactive.Count == 0
                || (_interactive.Count + texts <= options.QueueTexts && InteractiveWork <= options.QueueTime));
        }
    }

    /// <summary>About how long until <see cref="HasRoom"/> will let in what it has just refused.</summary>
    public TimeSpan TimeToRoom(int texts)
    {
        lock (_gate)
        {
            var work = InteractiveWork;
            var surplus = Math.Clamp((double)(_interactive.Count + texts - options.QueueTexts) / Math.Max(1, _interactive.Count), 0, 1);
            return TimeSpan.FromSeconds(Math.Max(surplus * work.TotalSeconds, (work - options.QueueTime).TotalSeconds));
        }
    }

    /// <summary>
    /// Admits all items or none: none when interactive texts would exceed a limit or the queue is closed. Background
    /// items always fit, for whoever sends them waits for their answers.
    /// </summary>
    public bool TryAdd(IReadOnlyList<InferenceItem> items, WorkPriority priority)
    {
        lock (_gate)
        {
            if (!HasRoom(items.Count, priority))
            {
                return false;
            }

            if (priority == WorkPriority.Interactive)
            {
                _interactiveAt = _clock.GetTimestamp();
            }

            var queue = QueueOf(priority);
            var now = Stopwatch.GetTimestamp();
            foreach (var item in items)
            {
                item.Admit(priority, queue.AddLast(item), now);
                Tally(item, 1);
            }

            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Waits until a text waits.</summary>
    /// <returns>False once the queue is closed.</returns>
    public bool Wait()
    {
        lock (_gate)
        {
            while (!_closed && _interactive.Count + _background.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            return !_closed;
        }
    }

    /// <summary>
    /// Takes a batch for one model: the oldest text's, filled with later texts of the same model within the token budget.
    /// </summary>
    /// <param name="priority">Of all of them: background texts never fill an interactive batch, for somebody waits for it.</param>
    /// <returns>Empty when nothing waits.</returns>
    public IReadOnlyList<InferenceItem> Take(WorkPriority priority)
    {
        lock (_gate)
        {
            return Collect(QueueOf(priority), null, options.BatchTexts, first => BudgetOf(priority, first), evenIfTooLong: true);
        }
    }

    /// <summary>
    /// Takes texts that can join a batch under way: of its model, if the oldest text that waits is one of that model. Where another model's turn has come, nothing joins and
    /// the batch comes to its end.
    /// </summary>
    /// <param name="batch">The model, and how many texts and tokens are under way.</param>
    /// <param name="priority">Of the batch.</param>
    public IReadOnlyList<InferenceItem> TakeJoining((Predictor Predictor, int Texts, int Tokens) batch, WorkPriority priority)
    {
        lock (_gate)
        {
            return Collect(QueueOf(priority), batch.Predictor, options.BatchTexts - batch.Texts, model => BudgetOf(priority, model) - batch.Tokens, evenIfTooLong: false);
        }
    }

    /// <summary>Share of what a batch may have just now that one has: of its texts or of its tokens, whichever is nearer to its limit. A text over the budget makes it more than 1.</summary>
    public double FillOf(RoundBatch batch)
    {
        lock (_gate)
        {
            return Math.Max((double)batch.Count / options.BatchTexts, (double)batch.Tokens / BudgetOf(batch.Priority, batch.Predictor));
        }
    }

    /// <summary>Takes items whose caller has gone out of the queue and ends them; those already taken are left to the inference thread.</summary>
    public void Drop(IReadOnlyList<InferenceItem> items)
    {
        lock (_gate)
        {
            foreach (var item in items)
            {
                if (Remove(item))
                {
                    item.Abandon();
                }
            }
        }
    }

    /// <summary>Admits nothing more and ends everything that waits, so that no caller waits for ever.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Drop([.. _interactive, .. _background]);
            Monitor.PulseAll(_gate);
        }
    }

    private List<InferenceItem> Collect(LinkedList<InferenceItem> queue, Predictor? model, int room, Func<Predictor, long> budgetOf, bool evenIfTooLong)
    {
        var waiting = room <= 0 ? [] : Candidates(queue, model);
        var batch = new List<InferenceItem>();
        if (waiting.Count == 0)
        {
            return batch;
        }

        var budget = budgetOf(waiting[0].Predictor);

        // Where the oldest does not fit, nothing joins and the batch comes to its end: shorter ones joining again and again would leave it waiting for ever.
        if (!evenIfTooLong && waiting[0].Tokens.Ids.Length > budget)
        {
            return batch;
        }

        foreach (var item in waiting)
        {
            if (batch.Count == room)
            {
                break;
            }

            // The first is taken whatever its size where nothing else is under way: one text over the budget runs alone.
            var tokens = item.Tokens.Ids.Length;
            if (tokens <= budget || batch.Count == 0)
            {
                Remove(item);
                batch.Add(item);
                budget -= tokens;
            }
        }

        return batch;
    }

    // Texts of the oldest one's model, which is the one asked for if one is, in the order in which a batch takes them: the oldest one first.
    private List<InferenceItem> Candidates(LinkedList<InferenceItem> queue, Predictor? model)
    {
        var waiting = new List<InferenceItem>();
        var node = queue.First;
        for (var seen = 0; node is not null && seen < LookAhead; seen++)
        {
            var item = node.Value;
            node = node.Next;
            if (item.IsAbandoned)
            {
                // Its caller is about to drop it; the batch need not wait for that.
                Remove(item);
                item.Abandon();
            }
            else if (ReferenceEquals(item.Predictor, model ??= item.Predictor))
            {
                waiting.Add(item);
            }
            else if (waiting.Count == 0)
            {
                return waiting;
            }
        }

        // Batches of background texts are small, and nobody waits for a single one: those of the oldest one's length go with it. As every batch takes the oldest, none waits for ever.
        return queue == _interactive || waiting.Count == 0
            ? waiting
            : [.. waiting.OrderBy(item => Math.Abs(item.Tokens.Ids.Length - waiting[0].Tokens.Ids.Length))];
    }

    private LinkedList<InferenceItem> QueueOf(WorkPriority priority) => priority == WorkPriority.Interactive ? _interactive : _background;

    private long BudgetOf(WorkPriority priority, Predictor predictor)
    {
        var (time, first) = priority == WorkPriority.Interactive
            ? (options.InteractiveBatchTime, FirstInteractiveTokens)
            : (IsAttended ? options.BackgroundBatchTime : options.InteractiveBatchTime, FirstBackgroundTokens);
        return Math.Min(options.BatchTokens, costs.Of(predictor).TokensIn(time) ?? first);
    }

    // Somebody is likely to come while a background batch is under way.
    private bool IsAttended => _interactiveAt is { } at && _clock.GetElapsedTime(at) < Attention;

    private bool Remove(InferenceItem item)
    {
        if (item.Place is not { List: { } queue } place)
        {
            return false;
        }

        Tally(item, -1);
        queue.Remove(place);
        item.Place = null;
        return true;
    }

    private void Tally(InferenceItem item, int sign)
    {
        if (item.Priority == WorkPriority.Interactive)
        {
            var (texts, tokens) = _interactiveWork.GetValueOrDefault(item.Predictor);
            (texts, tokens) = (texts + sign, tokens + (sign * item.Tokens.Ids.Length));
            if (texts == 0)
            {
                // A model that nobody waits for must not be held by this.
                _interactiveWork.Remove(item.Predictor);
            }
            else
            {
                _interactiveWork[item.Predictor] = (texts, tokens);
            }
        }
    }
}
