using System.Text;
using System.Text.Json;
using FeedbackService.Api.Events;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A job's log live, as server-sent events (WHATWG HTML, section 9.2): oldest first, ends with the job.</summary>
internal sealed class FineTuningEventStream(JobEventLog log, JobStore jobs, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private const int Batch = 200;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Writes events until the job has ended, the reader is gone or the service stops.</summary>
    /// <param name="context">The request; its <c>Last-Event-ID</c> says what has been read.</param>
    /// <param name="jobId">An existing job.</param>
    public async Task WriteAsync(HttpContext context, string jobId)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        var sequence = last.Length == 0 ? 0 : await log.SequenceAsync(jobId, last, stop.Token);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        // Proxies must pass each event on at once.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await context.Response.StartAsync(stop.Token);
            await FollowAsync(context.Response, jobId, sequence, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The reader comes back with Last-Event-ID.
        }
    }

    private async Task FollowAsync(HttpResponse response, string jobId, long sequence, CancellationToken cancellationToken)
    {
        var written = clock.GetTimestamp();
        while (true)
        {
            // Asked before the log is read: what is appended with the last change of state is then read too.
            var ended = (await jobs.GetAsync(jobId, JobKind.Train, cancellationToken)).State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
            var rows = await log.ReadForwardAsync(jobId, sequence, Batch, cancellationToken);
            foreach (var row in rows)
            {
                sequence = row.Sequence;
                var data = JsonSerializer.Serialize(FineTuningEventObject.From(row), ApiJson.Options);
                await response.WriteAsync($"id: {row.Id}\nevent: {row.Type}\ndata: {data}\n\n", Encoding.UTF8, cancellationToken);
            }

            if (rows.Count == 0 && ended)
            {
                return;
            }

            if (rows.Count == 0 && clock.GetElapsedTime(written) >= KeepAlive)
            {
                await response.WriteAsync(": still here\n\n", Encoding.UTF8, cancellationToken);
            }
            else if (rows.Count == 0)
            {
                await Task.Delay(Look, clock, cancellationToken);
                continue;
            }

            written = clock.GetTimestamp();
            await response.Body.FlushAsync(cancellationToken);
        }
    }
}
