using System.Globalization;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Registry;

/// <summary>One move of an alias.</summary>
/// <param name="Id">Its number.</param>
/// <param name="FromVersion">Before; null when the alias was made.</param>
/// <param name="ToVersion">After; null when it was removed.</param>
/// <param name="Reason">Why.</param>
/// <param name="CreatedByKeyId">API key that moved it; null on an open service.</param>
/// <param name="CreatedAt">RFC 3339.</param>
public sealed record AliasMoveObject(string Id, int? FromVersion, int? ToVersion, string? Reason, string? CreatedByKeyId, DateTimeOffset CreatedAt)
{
    /// <summary>Always <c>registry.alias_move</c>.</summary>
    public string Object => "registry.alias_move";

    internal static AliasMoveObject From(AliasMoveRow row) => new(
        row.Sequence.ToString(CultureInfo.InvariantCulture), row.FromVersion, row.ToVersion, row.Reason, row.CreatedByKeyId, Timestamps.ToDateTimeOffset(row.CreatedAt));
}
