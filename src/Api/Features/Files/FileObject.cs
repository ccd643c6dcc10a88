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
/// <param name="StatusDetails">Why it cannot be used, in one line.</param>
public sealed record FileObject(string Id, long Bytes, long CreatedAt, string Filename, string Purpose, string Status, string? StatusDetails)
{
    /// <summary>Always <c>file</c>.</summary>
    public string Object => "file";

    /// <summary>Files are kept until they are deleted.</summary>
    public long? ExpiresAt => null;

    internal static FileObject From(FileRow row) =>
        new(row.Id, row.Bytes, Timestamps.ToUnixSeconds(row.CreatedAt), row.FileName, row.Purpose, row.Status, row.StatusDetails);
}
