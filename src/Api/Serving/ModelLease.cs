using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>The right to use a loaded model. A model is let go only when its last lease has been returned.</summary>
internal sealed class ModelLease(Predictor predictor, Action giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    /// <summary>The loaded model.</summary>
    public Predictor Predictor { get; } = predictor;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
