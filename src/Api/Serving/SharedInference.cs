using System.Diagnostics;
using FeedbackService.Api.Errors;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Brings the texts of requests through the inference thread, equal ones of any number of requests at a time only once: what is under way already, or stands
/// twice in a request, is neither tokenized nor queued again and needs no room. Answers with traces and spans share too, for they are asked for on the same terms.
/// </summary>
internal sealed class SharedInference(InferenceQueue queue, SharedTexts shared, ServingMetrics metrics)
{
    /// <summary>Status of a request for which there is no room.</summary>
    public const int StatusOfRefusal = 429;

    // Below this many texts, handing them to other threads costs more than tokenizing them here.
    private const int ParallelTokenizationFrom = 32;

    /// <summary>Refuses a request before anything is spent on it; the queue decides again when its texts are ready.</summary>
    /// <exception cref="ServiceException">429: there is no room, or the service stops (interactive only).</exception>
    /// <exception cref="OperationCanceledException">The service stops (background).</exception>
    public void ThrowIfFull(IReadOnlyList<TextKey> keys, WorkPriority priority)
    {
        // What is shared is counted only where it decides.
        if (!queue.HasRoom(keys.Count, priority) && shared.CountNew(keys) is > 0 and var texts && !queue.HasRoom(texts, priority))
        {
            throw Refusal(texts, priority);
        }
    }

    /// <summary>Tokenizes and queues what is not under way, and waits for all.</summary>
    /// <param name="keys">The texts, on the same terms.</param>
    /// <param name="predictor">The model; the caller holds its lease until this ends.</param>
    /// <param name="series">What the version is counted by; null where nobody counts.</param>
    /// <param name="cancellationToken">A caller that goes leaves the texts to the others that share them.</param>
    /// <returns>One per key, in order, completed; and where the time went.</returns>
    /// <exception cref="ServiceException">429: there was no room, or the service stops (interactive only).</exception>
    /// <exception cref="OperationCanceledException">The caller has gone, or the service stops (background).</exception>
    public async Task<(InferenceItem[] Items, ClassificationTiming Timing)> RunAsync(
        IReadOnlyList<TextKey> keys, Predictor predictor, ModelMetrics.Series? series, CancellationToken cancellationToken)
    {
        var terms = keys[0].Terms;
        var started = Stopwatch.GetTimestamp();
        var (texts, own) = shared.Join(keys, () => new InferenceItem(predictor, terms.Options, series));
        try
        {
            // Nothing is awaited until they are queued: a caller cannot go away in between, so others can rely on it.
            Tokenize(own);
            var tokenized = Stopwatch.GetTimestamp();
            Queue(own, terms.Priority);
            if (own.Length > 0)
            {
                metrics.Tokenized(terms.Priority, series, Stopwatch.GetElapsedTime(started, tokenized));
            }

            await WaitAsync(texts, terms.Priority, cancellationToken);
            metrics.Shared(terms.Priority, series, texts.Length - own.Length);
            InferenceItem[] items = [.. texts.Select(text => text.Item)];
            return (items, Time(started, tokenized, items));
        }
        finally
        {
            await LeaveAsync(texts);
        }
    }

    private static void Tokenize(SharedText[] texts)
    {
        if (texts.Length < ParallelTokenizationFrom)
        {
            Array.ForEach(texts, Tokenize);
        }
        else
        {
            Parallel.ForEach(texts, Tokenize);
        }
    }

    private static void Tokenize(SharedText text)
    {
        var (item, terms) = (text.Item, text.Key.Terms);
        try
        {
            item.Tokens = item.Predictor.Tokenize(text.Key.Input, terms.Options.WithTrace);
            if (item.Tokens.Truncated && !terms.Truncate)
            {
                item.Complete(null);
            }
        }
#pragma warning disable CA1031 // Others may wait for it by now: whatever fails belongs to those who asked for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            item.Fail(exception);
        }
    }

    private void Queue(SharedText[] texts, WorkPriority priority)
    {
        InferenceItem[] ready = [.. texts.Select(text => text.Item).Where(item => !item.Completion.IsCompleted)];
        if (ready.Length > 0 && !queue.TryAdd(ready, priority))
        {
            var refusal = Refusal(ready.Length, priority);
            Array.ForEach(ready, item => item.Fail(refusal));
        }
    }

    private async Task WaitAsync(SharedText[] texts, WorkPriority priority, CancellationToken cancellationToken)
    {
        try
        {
            // All of them, also after a failure: what is still under way may be this caller's alone.
            await Task.WhenAll(texts.Select(text => (Task)text.Item.Completion)).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Refusal(texts.Length, priority);
        }
    }

    private async Task LeaveAsync(SharedText[] texts)
    {
        var forsaken = shared.Leave(texts);
        if (forsaken.Count > 0)
        {
            // What waits makes room at once. What runs is waited for: while it does, the lease must be held.
            queue.Drop(forsaken);
            await Task.WhenAll(forsaken.Select(item => (Task)item.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A text that was under way before this request asked for it has been waiting or running from then on.
    private static ClassificationTiming Time(long started, long tokenized, InferenceItem[] items)
    {
        var run = items.Where(item => item.BeganAt > 0);
        var began = Math.Max(tokenized, run.Select(item => item.BeganAt).DefaultIfEmpty(tokenized).Min());
        var ended = Math.Max(began, run.Select(item => item.EndedAt).DefaultIfEmpty(began).Max());
        return new ClassificationTiming(
            Stopwatch.GetElapsedTime(started, tokenized), Stopwatch.GetElapsedTime(tokenized, began), Stopwatch.GetElapsedTime(began, ended));
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
