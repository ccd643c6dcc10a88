namespace FeedbackService.Api.Features.Batches;

/// <summary>Lines of a batch. They are counted once their answers are on disk.</summary>
/// <param name="Total">Lines of the file that are not blank; 0 until they have been counted.</param>
/// <param name="Completed">Lines answered.</param>
/// <param name="Failed">Lines refused.</param>
public sealed record BatchCounts(int Total, int Completed, int Failed);
