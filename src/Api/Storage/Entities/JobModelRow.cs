namespace FeedbackService.Api.Storage.Entities;

/// <summary>A version or checkpoint that a job reads. While the job has not ended, neither is deleted.</summary>
public sealed class JobModelRow
{
    /// <summary>The job.</summary>
    public string JobId { get; set; } = "";

    /// <summary>Resolved address: <c>name:version</c> or <c>ftjob-…:step-n</c>.</summary>
    public string Model { get; set; } = "";
}
