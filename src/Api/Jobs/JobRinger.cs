using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace FeedbackService.Api.Jobs;

/// <summary>Rings Hangfire for a queue. A ring too many finds nothing to do.</summary>
internal sealed class JobRinger(IBackgroundJobClient hangfire)
{
    /// <summary>Makes one worker of the queue look for a job.</summary>
    public void Ring(string queue) => hangfire.Create(
        Job.FromExpression<IJobEntryPoint>(entry => entry.RingAsync(queue, CancellationToken.None)), new EnqueuedState(queue));
}
