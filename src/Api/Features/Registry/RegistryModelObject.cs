using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Features.Registry;

/// <summary>A registered model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">Free text.</param>
/// <param name="Tags">Pairs of the user.</param>
/// <param name="LatestVersion">Newest version; null when all were deleted.</param>
/// <param name="Aliases">Aliases and where they point.</param>
/// <param name="CreatedAt">RFC 3339.</param>
/// <param name="UpdatedAt">RFC 3339.</param>
public sealed record RegistryModelObject(
    string Name,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    int? LatestVersion,
    IReadOnlyDictionary<string, int> Aliases,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Always <c>registry.model</c>.</summary>
    public string Object => "registry.model";

    internal static RegistryModelObject From(RegisteredModel model) => new(
        model.Model.Name,
        model.Model.Description,
        TagPairs.Read(model.Model.TagsJson),
        model.LatestVersion?.Version,
        model.Aliases.ToDictionary(alias => alias.Alias, alias => alias.Version, StringComparer.Ordinal),
        Timestamps.ToDateTimeOffset(model.Model.CreatedAt),
        Timestamps.ToDateTimeOffset(model.Model.UpdatedAt));
}
