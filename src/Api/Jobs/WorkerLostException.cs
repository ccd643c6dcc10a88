namespace FeedbackService.Api.Jobs;

/// <summary>The process doing a job's work died without saying why. Another attempt may go well.</summary>
internal sealed class WorkerLostException(string message) : Exception(message);
