namespace FeedbackService.Api.Jobs;

/// <summary>Thrown by a job's body to end it as failed with a code for users.</summary>
internal sealed class JobFailedException : Exception
{
    /// <summary>Takes what users will read.</summary>
    public JobFailedException(JobFailure failure, Exception? innerException = null)
        : base(failure.Message, innerException) => Failure = failure;

    /// <summary>What users will read.</summary>
    public JobFailure Failure { get; }
}
