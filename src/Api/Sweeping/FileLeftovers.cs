using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Contents of files, and what was found in them: needed while a file names them.</summary>
internal sealed class FileLeftovers : ILeftovers
{
    private const string Findings = "findings";

    /// <inheritdoc/>
    public string Kind => "file";

    /// <inheritdoc/>
    public string Prefix => "files";

    /// <inheritdoc/>
    public int Depth => 2;

    /// <inheritdoc/>
    public WriteTopic Topic => WriteTopic.Files;

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string key, CancellationToken cancellationToken) => key.Split('/') switch
    {
        [_, Findings, var id] => db.Files.AnyAsync(row => row.Id == id, cancellationToken),
        [_, _, var sha256] => db.Files.AnyAsync(row => row.Sha256 == sha256, cancellationToken),
        // A folder without contents: the next file may be on its way into it.
        _ => Task.FromResult(true),
    };
}
