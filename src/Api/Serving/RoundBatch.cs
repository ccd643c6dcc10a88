using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>Texts of one model and priority under way on the inference thread, which takes them on round by round.</summary>
internal sealed class RoundBatch(Predictor predictor, WorkPriority priority) : IDisposable
{
    private readonly PredictionRun<InferenceItem> _run = predictor.Start<InferenceItem>();

    /// <summary>The loaded model.</summary>
    public Predictor Predictor => predictor;

    /// <summary>Of all its texts.</summary>
    public WorkPriority Priority => priority;

    /// <summary>Texts under way.</summary>
    public int Count => _run.Count;

    /// <summary>Their tokens.</summary>
    public int Tokens => _run.Tokens;

    /// <summary>The texts under way, in the order in which they joined; of those that joined together the shorter ones first.</summary>
    public IReadOnlyList<InferenceItem> Items => [.. _run.Keys];

    /// <summary>What the next round computes; there is at least one text.</summary>
    public RoundSize Size
    {
        get
        {
            var items = Items;
            return new RoundSize(priority, Count, Tokens, (long)items.Count * items.Max(item => item.Tokens.Ids.Length), items[0].Series);
        }
    }

    /// <summary>Lets texts join.</summary>
    public void Add(IReadOnlyList<InferenceItem> items)
    {
        if (items.Count > 0)
        {
            foreach (var item in items)
            {
                item.Begin();
            }

            _run.Add([.. items.Select(item => (item, item.Tokens, item.Options))]);
        }
    }

    /// <summary>Ends texts whose callers have gone.</summary>
    public void DropAbandoned()
    {
        foreach (var item in _run.Drop(item => item.IsAbandoned))
        {
            item.Abandon();
        }
    }

    /// <summary>Takes every text one round further.</summary>
    /// <returns>Texts that are done, not yet told so, and their answers.</returns>
    public IReadOnlyList<(InferenceItem Item, Prediction Prediction)> Advance() => _run.Advance();

    /// <summary>Leaves all texts to others, after a failure.</summary>
    public void Forget() => _run.Forget();

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();
}
