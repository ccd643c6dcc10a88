using System.Diagnostics;
using FeedbackService.Api.Observability;

namespace FeedbackService.Api.Serving;

/// <summary>Spans of a request's way through the engine.</summary>
internal static class ServingActivities
{
    /// <summary>
    /// Adds the spans of a request that was answered. Afterwards and from the times taken anyway: the thread that computes serves many
    /// requests at once and belongs to none, and nothing is spent where nobody records. Background work has none: a batch of
    /// 50,000 lines would be a trace that nobody can open.
    /// </summary>
    /// <param name="timing">Where the time went.</param>
    /// <param name="started">Timestamp at which it began.</param>
    /// <param name="priority">Whether somebody waits.</param>
    /// <param name="texts">Texts of the request.</param>
    public static void Add(ClassificationTiming timing, long started, WorkPriority priority, IReadOnlyList<ClassifiedText> texts)
    {
        if (priority != WorkPriority.Interactive || Activity.Current is not { IsAllDataRequested: true } || !ServiceActivities.Source.HasListeners())
        {
            return;
        }

        // The clock of spans is the system's, whatever the service's own is.
        var at = TimeProvider.System.GetUtcNow() - Stopwatch.GetElapsedTime(started);
        Add("classify.tokenize", at, timing.Tokenization, texts);
        Add("classify.queue", at + timing.Tokenization, timing.Queue, texts);
        Add("classify.compute", at + timing.Tokenization + timing.Queue, timing.Inference, texts);
    }

    private static void Add(string name, DateTimeOffset start, TimeSpan duration, IReadOnlyList<ClassifiedText> texts)
    {
        using var span = ServiceActivities.Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: start);
        span?.SetTag("classify.texts", texts.Count).SetTag("classify.tokens", texts.Sum(text => text.Reading.Length)).SetEndTime((start + duration).UtcDateTime);
    }
}
