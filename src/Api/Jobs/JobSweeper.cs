using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Removes what nothing names any more: folders of attempts of a process that has ended, states to go on from of jobs that have ended,
/// answers past their time, and artifacts without a row.
/// </summary>
internal sealed partial class JobSweeper(
    IDbContextFactory<AppDbContext> contexts,
    IArtifactStore artifacts,
    DataFolder folder,
    TimeProvider clock,
    IOptions<JobOptions> options,
    ILogger<JobSweeper> logger) : BackgroundService
{
    /// <summary>Sweeps once.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await SweepAnswersAsync(cancellationToken);
        await SweepResumesAsync(cancellationToken);
        await SweepArtifactsAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // No job runs yet and the folder is this process's alone: every attempt in it is a dead one's.
        foreach (var attempts in Directory.EnumerateDirectories(folder.Staging).ToList())
        {
            DurableFolder.Remove(attempts);
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFault(logger, fault);
            }
        }
    }

    private async Task SweepAnswersAsync(CancellationToken cancellationToken)
    {
        var before = clock.NowMicroseconds() - options.Value.KeepClassifications.ToMicroseconds();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Jobs.Where(row => row.Kind == JobKind.Classify && row.FinishedAt < before).ExecuteDeleteAsync(cancellationToken);
        await db.IdempotencyKeys.Where(row => row.CreatedAt < before).ExecuteDeleteAsync(cancellationToken);
    }

    private async Task SweepResumesAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var checkpoints in Directory.EnumerateDirectories(folder.Checkpoints).ToList())
        {
            var id = Path.GetFileName(checkpoints);
            var alive = await db.Jobs.AnyAsync(
                row => row.Id == id && (row.State == JobState.Queued || row.State == JobState.Running || row.State == JobState.Paused),
                cancellationToken);
            if (!alive)
            {
                foreach (var resume in Directory.EnumerateDirectories(checkpoints, "resume-*").ToList())
                {
                    DurableFolder.Remove(resume);
                }
            }
        }
    }

    private async Task SweepArtifactsAsync(CancellationToken cancellationToken)
    {
        // The age keeps clear of publications in progress: renamed into place, but not yet named by a row.
        var before = clock.GetUtcNow() - options.Value.KeepOrphans;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        foreach (var blob in new DirectoryInfo(folder.Blobs).EnumerateDirectories().Where(blob => blob.LastWriteTimeUtc < before.UtcDateTime).ToList())
        {
            var hash = blob.Name;
            if (!await db.ModelVersions.AnyAsync(row => row.ManifestSha256 == hash, cancellationToken))
            {
                await artifacts.DeleteAsync(Path.GetRelativePath(folder.Root, blob.FullName), cancellationToken);
                LogSwept(logger, hash);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Artifact {Hash} swept: no version names it")]
    private static partial void LogSwept(ILogger logger, string hash);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sweeping failed; trying again later")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
