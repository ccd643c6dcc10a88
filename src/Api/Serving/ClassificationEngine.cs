using System.Diagnostics;
using FeedbackService.Api.Errors;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving;

/// <inheritdoc cref="IClassificationEngine"/>
internal sealed class ClassificationEngine(ModelCache cache, InferenceQueue queue, ServingMetrics metrics) : IClassificationEngine
{
    // Below this many texts, handing them to other threads costs more than tokenizing them here.
    private const int ParallelTokenizationFrom = 32;
    private const int StatusOfRefusal = 429;

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
            var answers = await AnswerAsync(model, inputs, options, truncate, priority, cancellationToken);
            outcome = RequestOutcome.Answered;
            return answers;
        }
        catch (OperationCanceledException)
        {
            outcome = RequestOutcome.Cancelled;
            throw;
        }
        catch (ServiceException refused) when (refused.Status == StatusOfRefusal)
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

    private async Task<ClassifiedTexts> AnswerAsync(
        ServableModel model,
        IReadOnlyList<TextInput> inputs,
        PredictionOptions options,
        bool truncate,
        WorkPriority priority,
        CancellationToken cancellationToken)
    {
        // Refused before anything is spent on it; the queue decides again when the texts are ready.
        if (!queue.HasRoom(inputs.Count, priority))
        {
            throw Refusal(inputs.Count, priority);
        }

        using var lease = await cache.RentAsync(model, cancellationToken);
        var predictor = lease.Predictor;
        var started = Stopwatch.GetTimestamp();
        var texts = Tokenize(predictor, inputs, options.WithTrace);
        var series = metrics.Models.Find(model.Address);
        metrics.Tokenized(priority, Stopwatch.GetElapsedTime(started));
        series?.Tokenize.Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
        var items = texts
            .Select(text => truncate || !text.Truncated ? new InferenceItem(predictor, text, options, cancellationToken, series) : null)
            .ToArray();
        var tokenized = Stopwatch.GetTimestamp();
        InferenceItem[] queued = [.. items.OfType<InferenceItem>()];
        await RunAsync(queued, priority, cancellationToken);

        var answers = new ClassifiedText[inputs.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = new ClassifiedText(texts[i], items[i] is { } item ? await item.Completion : null);
        }

        var timing = Time(started, tokenized, queued);
        ServingActivities.Add(timing, started, priority, answers);
        return new ClassifiedTexts(model.Address, predictor.Config, predictor.Calibration, answers) { Timing = timing };
    }

    /// <inheritdoc/>
    public async Task<ClassifierConfig> DescribeAsync(ServableModel model, CancellationToken cancellationToken)
    {
        using var lease = await cache.RentAsync(model, cancellationToken);
        return lease.Predictor.Config;
    }

    private static ClassificationTiming Time(long started, long tokenized, InferenceItem[] items)
    {
        var began = items.Select(item => item.BeganAt).DefaultIfEmpty(tokenized).Min();
        var ended = items.Select(item => item.EndedAt).DefaultIfEmpty(tokenized).Max();
        return new ClassificationTiming(
            Stopwatch.GetElapsedTime(started, tokenized), Stopwatch.GetElapsedTime(tokenized, began), Stopwatch.GetElapsedTime(began, ended));
    }

    /// <inheritdoc/>
    public async Task<ClassifiedTexts> TokenizeAsync(ServableModel model, IReadOnlyList<TextInput> inputs, CancellationToken cancellationToken)
    {
        using var lease = await cache.RentAsync(model, cancellationToken);
        var predictor = lease.Predictor;
        var texts = Tokenize(predictor, inputs, withSpans: false);
        return new ClassifiedTexts(model.Address, predictor.Config, predictor.Calibration, [.. texts.Select(text => new ClassifiedText(text, null))]);
    }

    private async Task RunAsync(InferenceItem[] items, WorkPriority priority, CancellationToken cancellationToken)
    {
        if (items.Length > 0 && !queue.TryAdd(items, priority))
        {
            throw Refusal(items.Length, priority);
        }

        // What still waits when the caller goes makes room at once; what runs is waited for.
        using var dropping = cancellationToken.UnsafeRegister(_ => queue.Drop(items), null);
        try
        {
            // All of them, also after a failure or a cancellation: while one runs, the lease must be held.
            await Task.WhenAll(items.Select(item => item.Completion));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refusal(items.Length, priority);
        }
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

    private Exception Refusal(int texts, WorkPriority priority)
    {
        if (!queue.IsClosed)
        {
            return new ServiceException(StatusOfRefusal, "overloaded", "More texts are waiting than can be answered soon. Try again after the time in Retry-After.")
            {
                RetryAfter = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(queue.TimeToRoom(texts).TotalSeconds))),
            };
        }

        return priority == WorkPriority.Background
            ? new OperationCanceledException("The service is stopping.")
            : new ServiceException(StatusOfRefusal, "stopping", "The service is stopping. Try again after the time in Retry-After.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }
}
