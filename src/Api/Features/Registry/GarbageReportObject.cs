using FeedbackService.Api.Storage;
using FeedbackService.Api.Sweeping;

namespace FeedbackService.Api.Features.Registry;

/// <summary>What a collection of garbage removed, or would remove now.</summary>
/// <param name="DryRun">Whether it only looked.</param>
/// <param name="FreedBytes">Size of what was removed, or would be.</param>
/// <param name="WaitingBytes">Size of what is not needed either, but in its time of grace.</param>
/// <param name="Freed">What was removed, or would be; at most 1,000 are listed.</param>
/// <param name="Waiting">What is in its time of grace; at most 1,000 are listed.</param>
public sealed record GarbageReportObject(
    bool DryRun, long FreedBytes, long WaitingBytes, IReadOnlyList<GarbageObject> Freed, IReadOnlyList<GarbageObject> Waiting)
{
    private const int MostListed = 1000;

    /// <summary>Always <c>registry.gc</c>.</summary>
    public string Object => "registry.gc";

    internal static GarbageReportObject From(SweepReport report, bool dryRun) => new(
        dryRun,
        report.Freed.Sum(item => item.Bytes),
        report.Waiting.Sum(item => item.Bytes),
        [.. report.Freed.Take(MostListed).Select(Of)],
        [.. report.Waiting.Take(MostListed).Select(Of)]);

    private static GarbageObject Of(SweptItem item) => new(item.Kind, item.Path, item.Bytes, Timestamps.ToDateTimeOffset(item.Since));
}
