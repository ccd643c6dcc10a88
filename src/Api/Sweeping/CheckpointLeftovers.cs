using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Folders of checkpoints: needed while their job goes on, and the servable ones while their row is there.</summary>
internal sealed class CheckpointLeftovers : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "checkpoint";

    /// <inheritdoc/>
    public string Prefix => "checkpoints";

    /// <inheritdoc/>
    public int Depth => 2;

    /// <inheritdoc/>
    public WriteTopic Topic => WriteTopic.Registry;

    /// <inheritdoc/>
    public async Task<bool> IsNeededAsync(AppDbContext db, string key, CancellationToken cancellationToken)
    {
        var jobId = key.Split('/')[1];
        return await db.Checkpoints.AnyAsync(row => row.Directory == key, cancellationToken)
            || await db.Jobs.AnyAsync(
                row => row.Id == jobId && (row.State == JobState.Queued || row.State == JobState.Running || row.State == JobState.Paused),
                cancellationToken);
    }
}
