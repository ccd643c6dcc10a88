using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>What batches have written on their way: needed until they have ended, for then it is in their files.</summary>
internal sealed class BatchLeftovers : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "batch";

    /// <inheritdoc/>
    public string Prefix => "batches";

    /// <inheritdoc/>
    public int Depth => 1;

    /// <inheritdoc/>
    public WriteTopic Topic => WriteTopic.Files;

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string key, CancellationToken cancellationToken)
    {
        var id = key.Split('/')[^1];
        return db.Jobs.AnyAsync(row => row.Id == id && row.FinishedAt == null, cancellationToken);
    }
}
