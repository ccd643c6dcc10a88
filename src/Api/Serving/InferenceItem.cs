using System.Diagnostics;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>One text on its way through the inference thread.</summary>
internal sealed class InferenceItem(Predictor predictor, PredictionOptions options, ModelMetrics.Series? series = null)
{
    // Continuations run elsewhere: the inference thread must never serialise a response.
    private readonly TaskCompletionSource<Prediction?> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TokenizedText? _tokens;
    private volatile bool _abandoned;

    /// <summary>The loaded model; whoever waits holds its lease until <see cref="Completion"/>.</summary>
    public Predictor Predictor { get; } = predictor;

    /// <summary>What the version is counted by; null where nobody counts.</summary>
    public ModelMetrics.Series? Series { get; } = series;

    /// <summary>How far to go.</summary>
    public PredictionOptions Options { get; } = options;

    /// <summary>What to read. Set before it is queued.</summary>
    /// <exception cref="InvalidOperationException">It has not been set.</exception>
    public TokenizedText Tokens
    {
        get => _tokens ?? throw new InvalidOperationException("The text has not been tokenized.");
        set => _tokens = value;
    }

    /// <summary>Whether somebody waits for it. Set by the queue with <see cref="QueuedAt"/>.</summary>
    public WorkPriority Priority { get; private set; }

    /// <summary>When it was admitted, as a <see cref="Stopwatch"/> timestamp.</summary>
    public long QueuedAt { get; private set; }

    /// <summary>When a batch with this text began, as a <see cref="Stopwatch"/> timestamp; 0 before.</summary>
    public long BeganAt { get; private set; }

    /// <summary>When its answer was there, as a <see cref="Stopwatch"/> timestamp; 0 before.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Place in the queue; null before and after. Belongs to the queue and its lock.</summary>
    public LinkedListNode<InferenceItem>? Place { get; set; }

    /// <summary>
    /// Ends with the prediction (null for a text that is too long and may not be cut), the failure of the batch, or cancellation; in any case only
    /// when neither the queue nor the inference thread will touch the predictor for this text any more.
    /// </summary>
    public Task<Prediction?> Completion => _completion.Task;

    /// <summary>True when nobody waits for the answer any more.</summary>
    public bool IsAbandoned => _abandoned;

    /// <summary>Notes that nobody waits for the answer any more.</summary>
    public void GiveUp() => _abandoned = true;

    /// <summary>Notes its admission.</summary>
    public void Admit(WorkPriority priority, LinkedListNode<InferenceItem> place, long now) => (Priority, Place, QueuedAt) = (priority, place, now);

    /// <summary>Notes that a batch with it begins.</summary>
    public void Begin() => BeganAt = Stopwatch.GetTimestamp();

    /// <summary>Hands over the answer.</summary>
    public void Complete(Prediction? prediction)
    {
        EndedAt = Stopwatch.GetTimestamp();
        _completion.TrySetResult(prediction);
    }

    /// <summary>Hands over a failure.</summary>
    public void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>Ends without an answer: nobody waits any more, or the service stops.</summary>
    public void Abandon() => _completion.TrySetCanceled();
}
