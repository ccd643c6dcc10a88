using FeedbackService.Api.Files;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Files;

/// <summary>A file, in the shape of OpenAI's API.</summary>
/// <param name="Id"><c>file-…</c>.</param>
/// <param name="Bytes">Size.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Filename">Name as uploaded; for display only.</param>
/// <param name="Purpose">fine-tune, batch, evals, batch_output or fine-tune-results.</param>
/// <param name="Status">processed, or error when it cannot be used.</param>
/// <param name="StatusDetails">What is wrong with it and what to do, in one line; warnings too. Null when all is well.</param>
/// <param name="TextColumn">Column read as text; null when there is none, as in a file of requests.</param>
/// <param name="TextPairColumn">Column read as second text; null when there is none.</param>
/// <param name="LabelColumn">Column read as label; null when there is none.</param>
public sealed record FileObject(
    string Id,
    long Bytes,
    long CreatedAt,
    string Filename,
    string Purpose,
    string Status,
    string? StatusDetails,
    string? TextColumn,
    string? TextPairColumn,
    string? LabelColumn)
{
    /// <summary>Always <c>file</c>.</summary>
    public string Object => "file";

    /// <summary>Unix seconds; when the service deletes it. Null: it is kept until it is deleted.</summary>
    public long? ExpiresAt { get; private init; }

    internal static FileObject From(FileRow row)
    {
        var reading = FileReading.FromJson(row.ReadingJson);
        return new(
            row.Id,
            row.Bytes,
            Timestamps.ToUnixSeconds(row.CreatedAt),
            row.FileName,
            row.Purpose,
            row.Status,
            row.StatusDetails,
            reading.TextColumn,
            reading.TextPairColumn,
            reading.LabelColumn)
        {
            ExpiresAt = row.ExpiresAt is { } expires ? Timestamps.ToUnixSeconds(expires) : null,
        };
    }
}
