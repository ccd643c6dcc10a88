using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>What a model address meant when the batch began. It keeps that meaning to the end, whatever happens to aliases and versions.</summary>
/// <param name="Address">The resolved <c>name:version</c>; null when the address was refused.</param>
/// <param name="Status">HTTP status of the refusal; 0 without one.</param>
/// <param name="Code">Code of the refusal.</param>
/// <param name="Message">What was wrong with the address.</param>
internal sealed record BatchModel(string? Address, int Status = 0, string? Code = null, string? Message = null)
{
    /// <summary>An address that was refused.</summary>
    public static BatchModel Refused(ServiceException refusal) => new(null, refusal.Status, refusal.Code, refusal.Message);

    /// <summary>The refusal, once for every line that names the model.</summary>
    public ServiceException ToRefusal() => new(Status, Code!, Message!, "model");
}
