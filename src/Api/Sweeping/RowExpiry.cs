using System.Text.Json.Nodes;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Sweeping;

/// <summary>Deletes rows past their time. Their files are then unneeded and go with the others.</summary>
internal sealed class RowExpiry(IDbContextFactory<AppDbContext> contexts, FileStore files, TimeProvider clock, IOptions<SweepOptions> options)
{
    /// <summary>Deletes answers, Idempotency-Keys, files and checkpoints whose time is over.</summary>
    public async Task ExpireAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        var before = now - options.Value.KeepClassifications.ToMicroseconds();
        await db.Jobs.Where(row => row.Kind == JobKind.Classify && row.FinishedAt < before).ExecuteDeleteAsync(cancellationToken);
        await db.IdempotencyKeys.Where(row => row.CreatedAt < before).ExecuteDeleteAsync(cancellationToken);
        await ExpireFilesAsync(db, now, cancellationToken);
        await ExpireCheckpointsAsync(db, now, cancellationToken);
    }

    // With their content: whoever asked for a time means the bytes.
    private async Task ExpireFilesAsync(AppDbContext db, long now, CancellationToken cancellationToken)
    {
        foreach (var id in await db.Files.Where(row => row.ExpiresAt <= now).Select(row => row.Id).ToListAsync(cancellationToken))
        {
            try
            {
                await files.DeleteAsync(id, cancellationToken);
            }
            catch (ServiceException)
            {
                // A job that has not ended needs it, or it is gone by now.
            }
        }
    }

    private async Task ExpireCheckpointsAsync(AppDbContext db, long now, CancellationToken cancellationToken)
    {
        var before = now - options.Value.KeepCheckpointsFor.ToMicroseconds();
        var ended = await db.Checkpoints.AsNoTracking()
            .Join(db.Jobs, row => row.JobId, job => job.Id, (row, job) => new { Row = row, job.FinishedAt, job.ProgressJson })
            .Where(pair => pair.FinishedAt != null).ToListAsync(cancellationToken);
        foreach (var job in ended.GroupBy(pair => pair.Row.JobId, StringComparer.Ordinal))
        {
            var (finishedAt, best) = (job.First().FinishedAt, BestStep(job.First().ProgressJson));
            var kept = finishedAt < before ? [] : job.OrderByDescending(pair => pair.Row.Step).Take(options.Value.KeepCheckpoints)
                .Select(pair => pair.Row.Step).Append(best).ToHashSet();
            foreach (var pair in job.Where(pair => !kept.Contains(pair.Row.Step)))
            {
                await ExpireAsync(db, pair.Row, cancellationToken);
            }
        }
    }

    private static async Task ExpireAsync(AppDbContext db, CheckpointRow row, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        if (!await ModelReads.UnendedReaders(db, ModelAddress.OfCheckpoint(row.JobId, row.Step)).AnyAsync(cancellationToken))
        {
            await db.Checkpoints.Where(old => old.Id == row.Id).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static int BestStep(string? progressJson) =>
        progressJson is not null && JsonNode.Parse(progressJson)?["best_step"] is { } best ? (int)best.GetValue<long>() : 0;
}
