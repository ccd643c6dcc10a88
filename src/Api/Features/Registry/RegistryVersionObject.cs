using System.Text.Json.Nodes;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Registry;

/// <summary>An immutable version of a registered model.</summary>
/// <param name="Id"><c>name:version</c>.</param>
/// <param name="Name">The model.</param>
/// <param name="Version">Its number.</param>
/// <param name="Kind">classifier or encoder.</param>
/// <param name="Description">Free text.</param>
/// <param name="Tags">Pairs of the user.</param>
/// <param name="JobId">Job that made it; null for imports.</param>
/// <param name="ManifestSha256">Hash of the manifest, which vouches for every file.</param>
/// <param name="Bytes">Size of all files.</param>
/// <param name="Metrics">Evaluation at publication.</param>
/// <param name="Lineage">Job, base, data, seed, options, versions.</param>
/// <param name="CreatedAt">RFC 3339.</param>
public sealed record RegistryVersionObject(
    string Id,
    string Name,
    int Version,
    string Kind,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    string? JobId,
    string ManifestSha256,
    long Bytes,
    JsonNode? Metrics,
    JsonNode? Lineage,
    DateTimeOffset CreatedAt)
{
    /// <summary>Always <c>registry.version</c>.</summary>
    public string Object => "registry.version";

    /// <summary>Versions appear only when complete.</summary>
    public string Status => "ready";

    internal static RegistryVersionObject From(ModelVersionRow row) => new(
        ModelAddress.OfVersion(row.ModelName, row.Version),
        row.ModelName,
        row.Version,
        row.Kind,
        row.Description,
        TagPairs.Read(row.TagsJson),
        row.JobId,
        row.ManifestSha256,
        row.Bytes,
        JsonNode.Parse(row.MetricsJson),
        JsonNode.Parse(row.LineageJson),
        Timestamps.ToDateTimeOffset(row.CreatedAt));
}
