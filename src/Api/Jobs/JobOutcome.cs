using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Jobs;

/// <summary>What a job's body hands over when it is done.</summary>
/// <param name="ResultJson">Report or answer; null if none.</param>
/// <param name="Publish">
/// Inserts what else the job made, in the transaction that ends it, given its context and the time; answers the line for the log. Null
/// if there is nothing.
/// </param>
internal sealed record JobOutcome(string? ResultJson, Func<AppDbContext, long, CancellationToken, Task<string>>? Publish = null);
