using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Folders of attempts: needed while their job runs.</summary>
internal sealed class StagingLeftovers(DataFolder folder) : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "attempt";

    /// <inheritdoc/>
    public IEnumerable<string> List() => Directory.EnumerateDirectories(folder.Staging).Select(folder.Relative);

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var jobId = Path.GetFileName(path);
        return db.Jobs.AnyAsync(row => row.Id == jobId && row.State == JobState.Running, cancellationToken);
    }
}
