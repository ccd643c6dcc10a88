using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>What batches have written on their way: needed until they have ended, for then it is in their files.</summary>
internal sealed class BatchLeftovers(DataFolder folder) : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "batch";

    /// <inheritdoc/>
    public IEnumerable<string> List() => Directory.EnumerateDirectories(folder.Batches).Select(folder.Relative);

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var id = Path.GetFileName(path);
        return db.Jobs.AnyAsync(row => row.Id == id && row.FinishedAt == null, cancellationToken);
    }
}
