using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Quotas;

/// <summary>
/// Refuses what would take a key beyond its quotas. Asked inside the transaction that accepts, and behind a lock of the key: requests that
/// come together are counted one after the other.
/// </summary>
internal sealed class KeyQuotas(IHttpContextAccessor requests, IOptions<QuotaOptions> options)
{
    // When a job of the key will end nobody knows; long enough not to be asked for ever.
    private static readonly TimeSpan JobWait = TimeSpan.FromSeconds(30);

    /// <summary>Whether files are counted at all.</summary>
    public bool LimitFiles => options.Value.FileBytes > 0;

    private string? CallerKey => requests.HttpContext?.Caller().KeyId;

    /// <summary>Whether there is room for a further job.</summary>
    /// <param name="db">A context in the transaction that will add it.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ServiceException">429 when too many wait; 409 when the model it would make is one too many.</exception>
    public async Task CheckAsync(AppDbContext db, JobRow job, CancellationToken cancellationToken)
    {
        var quotas = options.Value;
        var allowed = job.Kind == JobKind.Classify ? quotas.WaitingClassifications : quotas.WaitingJobs;
        var makesModel = job is { Kind: JobKind.Train or JobKind.Import, ModelName: not null } && quotas.Models > 0;
        if ((job.CreatedByKeyId ?? CallerKey) is not { } key || (allowed == 0 && !makesModel))
        {
            return;
        }
        await LockAsync(db, key, cancellationToken);
        if (allowed > 0 && await Unended(db, key).CountAsync(row => (row.Kind == JobKind.Classify) == (job.Kind == JobKind.Classify), cancellationToken) >= allowed)
        {
            throw new ServiceException(
                429, "quota_exceeded", $"This key has {allowed} jobs that have not ended, as many as it may. Wait for one to end, or cancel one.")
            {
                RetryAfter = JobWait,
            };
        }
        if (makesModel)
        {
            await CheckModelAsync(db, key, job.ModelName!, job.Kind == JobKind.Train ? "suffix" : "name", cancellationToken);
        }
    }

    /// <summary>Whether there is room for a file that the caller uploads. Files that jobs make are not asked for: work that was done is not thrown away.</summary>
    /// <param name="db">A context in the transaction that will add it.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ServiceException">413 when there is none.</exception>
    public async Task CheckAsync(AppDbContext db, FileRow file, CancellationToken cancellationToken)
    {
        var allowed = options.Value.FileBytes;
        if (CallerKey is not { } key || allowed == 0)
        {
            return;
        }
        await LockAsync(db, key, cancellationToken);
        var held = await db.Files.Where(row => row.CreatedByKeyId == key).SumAsync(row => row.Bytes, cancellationToken);
        if (file.Bytes > allowed - held)
        {
            throw ServiceException.TooLarge(
                "quota_exceeded",
                string.Create(CultureInfo.InvariantCulture, $"The files of this key have {held} of {allowed} bytes; {file.Bytes} more do not fit. Delete some."),
                "file");
        }
    }

    /// <summary>Whether there is room for a model that the caller brings along.</summary>
    /// <param name="db">A context in the transaction that will add it.</param>
    /// <param name="name">The model; one that is there already needs no room.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ServiceException">409 when there is none.</exception>
    public async Task CheckModelAsync(AppDbContext db, string name, CancellationToken cancellationToken)
    {
        if (CallerKey is { } key && options.Value.Models > 0)
        {
            await LockAsync(db, key, cancellationToken);
            await CheckModelAsync(db, key, name, "name", cancellationToken);
        }
    }

    private async Task CheckModelAsync(AppDbContext db, string key, string name, string param, CancellationToken cancellationToken)
    {
        if (await db.Models.AnyAsync(model => model.Name == name, cancellationToken))
        {
            return;
        }
        var made = db.Models.Where(model => model.CreatedByKeyId == key).Select(model => model.Name);
        var coming = Unended(db, key).Where(row => (row.Kind == JobKind.Train || row.Kind == JobKind.Import) && row.ModelName != null).Select(row => row.ModelName!);
        var names = await made.Union(coming).ToListAsync(cancellationToken);
        if (!names.Contains(name) && names.Count >= options.Value.Models)
        {
            throw ServiceException.Conflict(
                "quota_exceeded",
                $"This key has {names.Count} models, those of its trainings included, as many as it may. Name one of them as {param}, or delete one.",
                param);
        }
    }

    private static IQueryable<JobRow> Unended(AppDbContext db, string key) => db.Jobs.Where(row => row.CreatedByKeyId == key)
        .Where(row => row.State == JobState.Queued || row.State == JobState.Running || row.State == JobState.Paused);

    private static Task LockAsync(AppDbContext db, string key, CancellationToken cancellationToken) => db.LockNameAsync($"quota {key}", cancellationToken);
}
