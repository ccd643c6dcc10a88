using System.Diagnostics;
using FeedbackService.Api.Errors;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <inheritdoc cref="IClassificationEngine"/>
internal sealed class ClassificationEngine(ModelCache cache, ResultCache results, SharedInference inference, ServingMetrics metrics) : IClassificationEngine
{
    /// <inheritdoc/>
    public async Task<ClassifiedTexts> ClassifyAsync(
        ServableModel model,
        IReadOnlyList<TextInput> inputs,
        PredictionOptions options,
        bool truncate,
        WorkPriority priority,
        CancellationToken cancellationToken)
    {
        var (outcome, began) = (RequestOutcome.Failed, Stopwatch.GetTimestamp());
        try
        {
            var answers = await AnswerAsync(model, inputs, new TextTerms(model.ManifestSha256, cache.ProviderOf(model), options, truncate, priority), cancellationToken);
            outcome = RequestOutcome.Answered;
            return answers;
        }
        catch (OperationCanceledException)
        {
            outcome = RequestOutcome.Cancelled;
            throw;
        }
        catch (ServiceException refused) when (refused.Status == SharedInference.StatusOfRefusal)
        {
            outcome = RequestOutcome.Refused;
            throw;
        }
        finally
        {
            metrics.CountRequest(priority, outcome);
            metrics.Models.Find(model.Address)?.CountRequest(outcome, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <inheritdoc/>
    public async Task<ClassifierConfig> DescribeAsync(ServableModel model, CancellationToken cancellationToken)
    {
        using var lease = await cache.RentAsync(model, cancellationToken);
        return lease.Predictor.Config;
    }

    /// <inheritdoc/>
    public async Task<ClassifiedTexts> TokenizeAsync(ServableModel model, IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken)
    {
        using var lease = await cache.RentAsync(model, cancellationToken);
        var predictor = lease.Predictor;
        return new ClassifiedTexts(
            model.Address, predictor.Config, predictor.Calibration, [.. inputs.Select(input => new ClassifiedText(predictor.Tokenize(input).Reading, null))]);
    }

    private async Task<ClassifiedTexts> AnswerAsync(
        ServableModel model, IReadOnlyList<TextInput> inputs, TextTerms terms, CancellationToken cancellationToken)
    {
        if (results.Find(terms, inputs) is not { } lookup)
        {
            return await ComputeAsync(model, inputs, terms, cancellationToken);
        }

        var answers = lookup.Misses == 0
            ? lookup.Complete(model.Address)
            : lookup.Complete(await ComputeAsync(model, lookup.Unknown(inputs), terms, cancellationToken));
        metrics.LookedUp(terms.Priority, metrics.Models.Find(model.Address), lookup.Hits, lookup.Misses);
        return answers;
    }

    private async Task<ClassifiedTexts> ComputeAsync(
        ServableModel model, IReadOnlyList<TextInput> inputs, TextTerms terms, CancellationToken cancellationToken)
    {
        var keys = TextKey.Of(terms, inputs);
        inference.ThrowIfFull(keys, terms.Priority);
        using var lease = await cache.RentAsync(model, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var (items, timing) = await inference.RunAsync(keys, lease.Predictor, metrics.Models.Find(model.Address), cancellationToken);
        var answers = new ClassifiedText[items.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new ClassifiedText(items[i].Tokens.Reading, await items[i].Completion);
        }

        ServingActivities.Add(timing, started, terms.Priority, answers);
        return new ClassifiedTexts(model.Address, lease.Predictor.Config, lease.Predictor.Calibration, answers) { Timing = timing };
    }
}
