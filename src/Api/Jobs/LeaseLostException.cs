namespace FeedbackService.Api.Jobs;

/// <summary>A write was refused by the fence: another worker has the job, or it has ended. The body must stop without a further write.</summary>
internal sealed class LeaseLostException(string jobId) : Exception($"The lease of '{jobId}' is lost.");
