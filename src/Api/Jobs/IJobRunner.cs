namespace FeedbackService.Api.Jobs;

/// <summary>Does the work of one kind of job; registered under its <see cref="Storage.Entities.JobKind"/> as key.</summary>
internal interface IJobRunner
{
    /// <summary>Does the work. Everything it writes goes through the lease's fence.</summary>
    /// <param name="lease">The claimed job.</param>
    /// <param name="stopping">Cancelled when the user, the service or a lost lease stops the job.</param>
    /// <returns>What to publish.</returns>
    /// <exception cref="JobFailedException">The job cannot succeed; users see why.</exception>
    /// <exception cref="WorkerLostException">The process doing the work died; the job may be tried again.</exception>
    /// <exception cref="OperationCanceledException">It stopped as asked.</exception>
    Task<JobOutcome> RunAsync(JobLease lease, CancellationToken stopping);

    /// <summary>Keeps for users what a job has made that is about to end as cancelled or failed. By default nothing is.</summary>
    /// <param name="lease">The job; still held.</param>
    Task SalvageAsync(JobLease lease) => Task.CompletedTask;
}
