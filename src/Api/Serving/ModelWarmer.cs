using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>Sends a short text through a model that has just been loaded, so that its first caller does not wait for what is done only once.</summary>
internal sealed class ModelWarmer(IClassificationEngine engine)
{
    // Texts of callers go first, and where they never end, a new version must not wait for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private static readonly TextInput[] Text = [new("warm")];

    // With a trace, so that it is computed and not answered from what is kept.
    private static readonly PredictionOptions Computed = new() { WithTrace = true };

    /// <summary>Warms the model, unless others keep the inference thread busy.</summary>
    /// <exception cref="Errors.ServiceException">500 when the artifact is damaged.</exception>
    public async Task WarmAsync(ServableModel model, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await engine.ClassifyAsync(model, Text, Computed, truncate: true, WorkPriority.Background, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Too busy to warm it: its first callers do.
        }
    }
}
