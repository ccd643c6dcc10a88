using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Registry;

/// <summary>Where an alias points.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alias">Its name.</param>
/// <param name="Version">Where it points.</param>
/// <param name="UpdatedAt">RFC 3339.</param>
public sealed record AliasObject(string Model, string Alias, int Version, DateTimeOffset UpdatedAt)
{
    /// <summary>Always <c>registry.alias</c>.</summary>
    public string Object => "registry.alias";

    internal static AliasObject From(AliasRow row) => new(row.ModelName, row.Alias, row.Version, Timestamps.ToDateTimeOffset(row.UpdatedAt));
}
