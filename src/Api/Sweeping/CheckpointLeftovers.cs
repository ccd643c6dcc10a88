using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Folders of checkpoints: needed while their job goes on, and the servable ones while their row is there.</summary>
internal sealed class CheckpointLeftovers(DataFolder folder) : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "checkpoint";

    /// <inheritdoc/>
    public IEnumerable<string> List()
    {
        foreach (var job in Directory.EnumerateDirectories(folder.Checkpoints))
        {
            var checkpoints = Directory.GetDirectories(job);
            foreach (var path in checkpoints.Length > 0 ? checkpoints : [job])
            {
                yield return folder.Relative(path);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var jobId = path.Split(Path.DirectorySeparatorChar)[1];
        return await db.Checkpoints.AnyAsync(row => row.Directory == path, cancellationToken)
            || await db.Jobs.AnyAsync(
                row => row.Id == jobId && (row.State == JobState.Queued || row.State == JobState.Running || row.State == JobState.Paused),
                cancellationToken);
    }
}
