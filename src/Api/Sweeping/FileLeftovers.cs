using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Contents of files, and what was found in them: needed while a file names them. Left over only by a crash.</summary>
internal sealed class FileLeftovers(DataFolder folder) : ILeftovers
{
    private const string Findings = "findings";

    /// <inheritdoc/>
    public string Kind => "file";

    /// <inheritdoc/>
    public IEnumerable<string> List() => Directory.EnumerateDirectories(folder.Files)
        .SelectMany(part => Path.GetFileName(part) == Findings
            ? Directory.EnumerateDirectories(part)
            : Directory.EnumerateFiles(part, Path.GetFileName(part) + "*"))
        .Select(folder.Relative);

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        return Path.GetFileName(Path.GetDirectoryName(path)) == Findings
            ? db.Files.AnyAsync(row => row.Id == name, cancellationToken)
            : db.Files.AnyAsync(row => row.Sha256 == name, cancellationToken);
    }
}
