using FeedbackService.Api.Errors;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <inheritdoc cref="IClassificationEngine"/>
internal sealed class ClassificationEngine(ModelCache cache, InferenceQueue queue, InferenceThread thread) : IClassificationEngine
{
    // Below this many texts, handing them to other threads costs more than tokenizing them here.
    private const int ParallelTokenizationFrom = 32;

    /// <inheritdoc/>
    public async Task<ClassifiedTexts> ClassifyAsync(
        ServableModel model,
        IReadOnlyList<TextInput> inputs,
        PredictionOptions options,
        bool truncate,
        WorkPriority priority,
        CancellationToken cancellationToken)
    {
        using var lease = await cache.RentAsync(model, cancellationToken);
        var predictor = lease.Predictor;
        var texts = Tokenize(predictor, inputs, options.WithTrace);
        var items = texts
            .Select(text => truncate || !text.Truncated ? new InferenceItem(predictor, text, options, cancellationToken) : null)
            .ToArray();

        var admitted = items.OfType<InferenceItem>().ToArray();
        if (admitted.Length > 0 && !queue.TryAdd(admitted, priority))
        {
            throw Overloaded();
        }

        // The lease must outlive every item, also when one of them fails.
        await Task.WhenAll(admitted.Select(item => item.Completion));

        var answers = new ClassifiedText[inputs.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new ClassifiedText(texts[i], items[i] is { } item ? await item.Completion : null);
        }

        return new ClassifiedTexts(model.Address, predictor.Config, predictor.Calibration, answers);
    }

    private static TokenizedText[] Tokenize(Predictor predictor, IReadOnlyList<TextInput> inputs, bool withSpans)
    {
        var texts = new TokenizedText[inputs.Count];
        if (inputs.Count < ParallelTokenizationFrom)
        {
            for (var i = 0; i < texts.Length; i++)
            {
                texts[i] = predictor.Tokenize(inputs[i], withSpans);
            }
        }
        else
        {
            Parallel.For(0, texts.Length, i => texts[i] = predictor.Tokenize(inputs[i], withSpans));
        }

        return texts;
    }

    private ServiceException Overloaded()
    {
        var seconds = queue.InteractiveTokens / Math.Max(thread.TokensPerSecond, 1.0);
        return new ServiceException(429, "overloaded", "More texts are waiting than can be answered soon. Try again after the time in Retry-After.")
        {
            RetryAfter = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 1, 60)),
        };
    }
}
