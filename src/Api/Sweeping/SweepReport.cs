namespace FeedbackService.Api.Sweeping;

/// <summary>What a sweep did, or a dry run would do.</summary>
/// <param name="Freed">Removed, or to be removed now.</param>
/// <param name="Waiting">In their time of grace.</param>
internal sealed record SweepReport(IReadOnlyList<SweptItem> Freed, IReadOnlyList<SweptItem> Waiting);
