using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <summary>Classifies texts by any registered model; the only way to an inference thread.</summary>
public interface IClassificationEngine
{
    /// <summary>
    /// Loads the model if need be, tokenizes, queues, and answers when all texts are done. A text that is equal to one under way on the same terms, of this
    /// request or another, waits for that and costs nothing; one whose prediction is kept (<see cref="ServingOptions.CachedTexts"/>) does not need the model either.
    /// With <see cref="PredictionOptions.WithTrace"/> nothing is kept, so that something is computed.
    /// </summary>
    /// <param name="model">From the registry.</param>
    /// <param name="inputs">One or more texts, none empty.</param>
    /// <param name="options">The same for all texts.</param>
    /// <param name="truncate">False leaves a text over the model's limit without a prediction.</param>
    /// <param name="priority">Background work yields to interactive work.</param>
    /// <param name="cancellationToken">A caller that has gone is not computed for, unless another shares its texts.</param>
    /// <exception cref="Errors.ServiceException">429 when the queue is full or the service stops (interactive only); 500 when the artifact is damaged.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone, or the service stops (background).</exception>
    Task<ClassifiedTexts> ClassifyAsync(
        ServableModel model,
        IReadOnlyList<TextInput> inputs,
        PredictionOptions options,
        bool truncate,
        WorkPriority priority,
        CancellationToken cancellationToken);

    /// <summary>Labels and shape of a model; loads it if need be, so that a model which is described can also answer.</summary>
    /// <exception cref="Errors.ServiceException">500 when the artifact is damaged.</exception>
    Task<ClassifierConfig> DescribeAsync(ServableModel model, CancellationToken cancellationToken);

    /// <summary>Only loads the model if need be and tokenizes; no text has a prediction.</summary>
    /// <param name="model">From the registry.</param>
    /// <param name="inputs">One or more texts, none empty.</param>
    /// <param name="cancellationToken">Ends the wait for the model.</param>
    Task<ClassifiedTexts> TokenizeAsync(ServableModel model, IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken);
}
