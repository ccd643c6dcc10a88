using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Events;

/// <summary>The append-only log of jobs. A line is appended in the transaction of the change it reports, never apart from it.</summary>
internal sealed class JobEventLog(IDbContextFactory<AppDbContext> contexts)
{
    /// <summary>Adds a line to the caller's transaction.</summary>
    /// <param name="db">Context of the change.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="newEvent">The line.</param>
    /// <param name="now">UTC microseconds.</param>
    public static void Append(AppDbContext db, string jobId, JobEvent newEvent, long now) => db.JobEvents.Add(new JobEventRow
    {
        Id = Ids.NewEvent(),
        JobId = jobId,
        Level = newEvent.Level,
        Type = newEvent.Type,
        Message = newEvent.Message,
        DataJson = newEvent.DataJson,
        CreatedAt = now,
    });

    /// <summary>Newest first.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="after">Id of the last event of the previous page; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no event of the job.</exception>
    public async Task<Page<JobEventRow>> ListAsync(string jobId, string? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.JobEvents.AsNoTracking().Where(row => row.JobId == jobId);
        if (after is not null)
        {
            var before = await SequenceAsync(db, jobId, after, "after", cancellationToken);
            rows = rows.Where(row => row.Sequence < before);
        }
        return Page<JobEventRow>.Of(await rows.OrderByDescending(row => row.Sequence).Take(limit + 1).ToListAsync(cancellationToken), limit);
    }

    /// <summary>Oldest first, for a live stream.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="afterSequence">Sequence already seen; 0 for all.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<List<JobEventRow>> ReadForwardAsync(
        string jobId, long afterSequence, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.JobEvents.AsNoTracking()
            .Where(row => row.JobId == jobId && row.Sequence > afterSequence)
            .OrderBy(row => row.Sequence).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Sequence of a job's newest event; 0 when it has none.</summary>
    public async Task<long> NewestSequenceAsync(string jobId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.JobEvents.Where(row => row.JobId == jobId).MaxAsync(row => (long?)row.Sequence, cancellationToken) ?? 0;
    }

    /// <summary>Place of an event in the order, for resuming a stream from <c>Last-Event-ID</c>.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="eventId">Id of the event.</param>
    /// <param name="param">Where the caller gave the id.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when the id names no event of the job.</exception>
    public async Task<long> SequenceAsync(string jobId, string eventId, string param, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await SequenceAsync(db, jobId, eventId, param, cancellationToken);
    }

    private static async Task<long> SequenceAsync(AppDbContext db, string jobId, string eventId, string param, CancellationToken cancellationToken) =>
        await db.JobEvents.Where(row => row.Id == eventId && row.JobId == jobId)
            .Select(row => (long?)row.Sequence).SingleOrDefaultAsync(cancellationToken)
        ?? throw ServiceException.Invalid("unknown_after", $"'{eventId}' is no event of '{jobId}'.", param);
}
