using System.Diagnostics;
using FeedbackService.Api.Observability;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Spans of jobs. A run is a child of the request that made the job, not only linked to it: whoever looks at the trace of a request
/// sees what became of it, every attempt, whichever process made it.
/// </summary>
internal static class JobActivities
{
    private const string RunName = "job.run";

    /// <summary>A job is being made: notes its id on the request.</summary>
    /// <returns>What its runs go on from (W3C <c>traceparent</c>); null outside of a request.</returns>
    public static string? Accept(string jobId)
    {
        var request = Activity.Current;
        request?.SetTag("job.id", jobId);
        return request is { IdFormat: ActivityIdFormat.W3C } ? request.Id : null;
    }

    /// <summary>A worker runs a job. Made without an exporter too, so that the lines of its log carry the trace id of the request.</summary>
    public static Activity Run(JobLease lease)
    {
        var job = lease.Job;
        ActivityContext.TryParse(job.Traceparent, null, isRemote: true, out var parent);
        var run = ServiceActivities.Source.StartActivity(RunName, ActivityKind.Consumer, parent) ?? Unrecorded(parent);
        return run.SetTag("job.id", job.Id).SetTag("job.kind", MetricLabel.Of(job.Kind)).SetTag("job.epoch", lease.Epoch);
    }

    /// <summary>A phase of the run that the calling code works on.</summary>
    public static Activity? Phase(string name) => ServiceActivities.Source.StartActivity(name);

    /// <summary>Notes how a run has ended.</summary>
    public static void Note(this Activity run, JobRunEnd end)
    {
        run.SetTag("job.outcome", MetricLabel.Of(end.Outcome));
        if (end.Outcome == JobRunOutcome.Failed)
        {
            run.SetStatus(ActivityStatusCode.Error, end.Words);
        }
    }

    private static Activity Unrecorded(ActivityContext parent)
    {
        var run = new Activity(RunName);
        return (parent == default ? run : run.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags)).Start();
    }
}
