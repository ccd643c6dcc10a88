using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Contents of files, and what was found wrong with them: needed while a file names them. Left over only by a crash.</summary>
internal sealed class FileLeftovers(DataFolder folder) : ILeftovers
{
    private const string Issues = "issues";
    private const string IssuesExtension = ".jsonl";

    /// <inheritdoc/>
    public string Kind => "file";

    /// <inheritdoc/>
    public IEnumerable<string> List() => Directory.EnumerateDirectories(folder.Files)
        .SelectMany(part => Path.GetFileName(part) == Issues
            ? Directory.EnumerateFiles(part, "*" + IssuesExtension)
            : Directory.EnumerateFiles(part, Path.GetFileName(part) + "*"))
        .Select(folder.Relative);

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        var id = Path.GetFileNameWithoutExtension(path);
        return path.EndsWith(IssuesExtension, StringComparison.Ordinal)
            ? db.Files.AnyAsync(row => row.Id == id, cancellationToken)
            : db.Files.AnyAsync(row => row.Sha256 == name, cancellationToken);
    }
}
