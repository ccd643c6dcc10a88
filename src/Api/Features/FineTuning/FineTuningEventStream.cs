using System.Text;
using System.Text.Json;
using FeedbackService.Api.Events;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A job's log live, as server-sent events (WHATWG HTML, section 9.2): oldest first, ends with the job, or with the key that asked.</summary>
internal sealed class FineTuningEventStream(
    JobEventLog log, JobEventFeeds feeds, Callers callers, EventFeedMetrics metrics, IOptions<EventFeedOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const int Batch = 200;
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Writes events until the job has ended, the reader is gone or the service stops.</summary>
    /// <param name="context">The request; its <c>Last-Event-ID</c> says what has been read.</param>
    /// <param name="jobId">An existing job.</param>
    /// <param name="after">The same as a query parameter. A browser that reconnects repeats the address, so the header wins.</param>
    /// <exception cref="Errors.ServiceException">400 when the id names no event of the job: events are never deleted, so it is a mistake.</exception>
    public async Task WriteAsync(HttpContext context, string jobId, string? after)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var (last, param) = context.Request.Headers[LastEventId].ToString() is { Length: > 0 } header ? (header, LastEventId) : (after, "after");
        var sequence = string.IsNullOrEmpty(last) ? 0 : await log.SequenceAsync(jobId, last, param, stop.Token);
        using var open = metrics.Open();
        using var subscription = feeds.Follow(jobId);
        try
        {
            await StartAsync(context, stop.Token);
            await FollowAsync(context, subscription, jobId, sequence, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The reader comes back with Last-Event-ID.
        }
    }

    private static async Task StartAsync(HttpContext context, CancellationToken cancellationToken)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        // no-transform: a proxy that compresses would hold events back. X-Accel-Buffering is nginx's word for the same.
        context.Response.Headers[HeaderNames.CacheControl] = "no-store, no-transform";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        await context.Response.StartAsync(cancellationToken);
    }

    private async Task FollowAsync(HttpContext context, JobEventSubscription job, string jobId, long sequence, CancellationToken cancellationToken)
    {
        var (response, caller, written) = (context.Response, context.Caller(), clock.GetTimestamp());
        // Each time before something is written: a key that is revoked sees nothing more of the job.
        while (await callers.IsStillTakenAsync(caller, cancellationToken))
        {
            // Taken before the log is read: when it says that the job has ended, an empty page is the end.
            var view = job.View;
            var rows = sequence < view.Floor ? await log.ReadForwardAsync(jobId, sequence, Batch, cancellationToken) : view.After(sequence);
            if (rows.Count > 0)
            {
                await response.WriteAsync(Text(rows), Encoding.UTF8, cancellationToken);
                sequence = rows[^1].Sequence;
            }
            else if (view.Ended)
            {
                return;
            }
            else if (await ChangesAsync(view, options.Value.KeepAlive - clock.GetElapsedTime(written), cancellationToken))
            {
                continue;
            }
            else
            {
                await response.WriteAsync(": still here\n\n", Encoding.UTF8, cancellationToken);
            }

            written = clock.GetTimestamp();
            await response.Body.FlushAsync(cancellationToken);
        }
    }

    private async Task<bool> ChangesAsync(JobEventView view, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (patience <= TimeSpan.Zero)
        {
            return view.Changed.IsCompleted;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var silence = Task.Delay(patience, clock, enough.Token);
        var first = await Task.WhenAny(view.Changed, silence);
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == view.Changed;
    }

    private static string Text(IReadOnlyList<JobEventRow> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append("id: ").Append(row.Id).Append("\nevent: ").Append(row.Type).Append("\ndata: ")
                .Append(JsonSerializer.Serialize(FineTuningEventObject.From(row), ApiJson.Options)).Append("\n\n");
        }

        return text.ToString();
    }
}
