using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.Imports;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Registry;

/// <summary>An import from a hub as it stands.</summary>
/// <param name="Id"><c>import_…</c>.</param>
/// <param name="Status">queued, running, succeeded, failed or cancelled.</param>
/// <param name="Source">What is imported.</param>
/// <param name="Name">The model that the version becomes one of.</param>
/// <param name="Version">The version, <c>name:version</c>; null until it has succeeded.</param>
/// <param name="Progress">Files and bytes fetched; null before the first.</param>
/// <param name="CreatedAt">RFC 3339.</param>
/// <param name="FinishedAt">RFC 3339; null until it has ended.</param>
/// <param name="Error">Why it failed; null unless it did.</param>
public sealed record RegistryImportObject(
    string Id,
    string Status,
    ImportSource Source,
    string Name,
    string? Version,
    JsonNode? Progress,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt,
    JobError? Error)
{
    /// <summary>Always <c>registry.import</c>.</summary>
    public string Object => "registry.import";

    internal static RegistryImportObject From(JobRow row)
    {
        var spec = ImportSpec.FromJson(row.SpecJson);
        return new RegistryImportObject(
            row.Id,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(row.State.ToString()),
            new ImportSource { Type = "huggingface", Repo = spec.Repository, Revision = spec.Revision },
            spec.Name,
            row.ResultModel,
            row.ProgressJson is null ? null : JsonNode.Parse(row.ProgressJson),
            Timestamps.ToDateTimeOffset(row.CreatedAt),
            row.FinishedAt is { } finished ? Timestamps.ToDateTimeOffset(finished) : null,
            JobError.From(row));
    }
}
