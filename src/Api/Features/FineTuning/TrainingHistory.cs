using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>What a training has left behind: checkpoints and figures.</summary>
internal sealed class TrainingHistory(IDbContextFactory<AppDbContext> contexts)
{
    /// <summary>Checkpoints, newest first.</summary>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no checkpoint of the job.</exception>
    public async Task<Page<CheckpointRow>> CheckpointsAsync(string jobId, string? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Checkpoints.AsNoTracking().Where(row => row.JobId == jobId);
        if (after is not null)
        {
            var last = await rows.Where(row => row.Id == after).Select(row => (int?)row.Step).SingleOrDefaultAsync(cancellationToken)
                ?? throw ServiceException.Invalid("unknown_after", $"'{after}' is not in this list.", "after");
            rows = rows.Where(row => row.Step < last);
        }

        return Page<CheckpointRow>.Of(await rows.OrderByDescending(row => row.Step).Take(limit + 1).ToListAsync(cancellationToken), limit);
    }

    /// <summary>Figures, oldest first.</summary>
    public async Task<FineTuningSeries> SeriesAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return FineTuningSeries.From(await db.JobMetrics.AsNoTracking().Where(row => row.JobId == jobId).OrderBy(row => row.Sequence).ToListAsync(cancellationToken));
    }
}
