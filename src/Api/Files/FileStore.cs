using System.Linq.Expressions;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Sweeping;
using FeedbackService.Model.Faults;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Files;

/// <summary>
/// Files as their users see them. A row exists only when its content is in place: content is kept first, and its row is written only
/// after a look, in the same transaction, that no deletion has taken it meanwhile.
/// </summary>
internal sealed class FileStore(
    IDbContextFactory<AppDbContext> contexts, FileContents contents, FileLeftovers leftovers, LeftoverRemoval removal, KeyQuotas quotas, TimeProvider clock)
{
    // A report names every label of its file: a page of files would load megabytes that no list shows.
    private static readonly Expression<Func<FileRow, FileRow>> WithoutReport = file => new FileRow
    {
        Id = file.Id,
        Purpose = file.Purpose,
        FileName = file.FileName,
        Bytes = file.Bytes,
        Sha256 = file.Sha256,
        Status = file.Status,
        StatusDetails = file.StatusDetails,
        ReadingJson = file.ReadingJson,
        ExpiresAt = file.ExpiresAt,
        CreatedAt = file.CreatedAt,
        CreatedByKeyId = file.CreatedByKeyId,
    };

    /// <summary>Keeps a file, or finds the one that an equal request with the same Idempotency-Key has made.</summary>
    /// <param name="row">Complete but for its time.</param>
    /// <param name="temporary">Its content; gone afterwards if the file is new.</param>
    /// <param name="findings">Folder with what was found in it, as <see cref="FileCheck"/> makes it; gone afterwards if the file is new. There may be none.</param>
    /// <param name="keptFor">How long it is kept; null leaves that to the row.</param>
    /// <param name="claim">Of the request; null without a key.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">409 when the key was used with another request; 413 when the caller's files would be too many bytes.</exception>
    public async Task<FileRow> AddAsync(FileRow row, string temporary, string findings, TimeSpan? keptFor, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        row.CreatedAt = clock.NowMicroseconds();
        row.ExpiresAt = row.CreatedAt + keptFor?.ToMicroseconds() ?? row.ExpiresAt;
        await LookForRoomAsync(row, claim, cancellationToken);
        await contents.KeepFindingsAsync(findings, row.Id, cancellationToken);
        FileRow? added;
        do
        {
            // Before the transaction: an upload to a store far away may take minutes, for which no other request shall wait.
            await contents.KeepAsync(temporary, row.Sha256, cancellationToken);
            added = await TryAddAsync(row, claim, cancellationToken);
        }
        while (added is null);
        if (added == row)
        {
            File.Delete(temporary);
        }

        return added;
    }

    /// <summary>Enters the row of a file that a job has made, in the transaction that the job's lease fences.</summary>
    /// <param name="db">Context with an open transaction.</param>
    /// <param name="row">Complete but for its time. Nothing is done when there is one with its id.</param>
    /// <param name="now">UTC microseconds.</param>
    /// <param name="cancellationToken">Stops the statements.</param>
    /// <exception cref="ContentStoreException">The content was taken out since it was kept. Keep it again.</exception>
    public async Task EnterAsync(AppDbContext db, FileRow row, long now, CancellationToken cancellationToken)
    {
        await db.WriteAsync(WriteTopic.Files, cancellationToken);
        if (await db.Files.AnyAsync(file => file.Id == row.Id, cancellationToken))
        {
            return;
        }

        if (!await contents.AreKeptAsync(row.Sha256, cancellationToken))
        {
            throw new ContentStoreException($"The content of '{row.Id}' was taken out of the store before it got a name.");
        }

        row.CreatedAt = now;
        db.Files.Add(row);
    }

    // Null: the last file with the same content was deleted since it was kept, and took that along.
    private async Task<FileRow?> TryAddAsync(FileRow row, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Files, cancellationToken);
        if (claim is not null
            && await Idempotency.FindOrClaimAsync(db, claim, row.Id, row.CreatedAt, cancellationToken) is { } made
            && await db.Files.AsNoTracking().SingleOrDefaultAsync(file => file.Id == made, cancellationToken) is { } existing)
        {
            await contents.RemoveFindingsAsync(row.Id, cancellationToken);
            return existing;
        }

        await quotas.CheckAsync(db, row, cancellationToken);
        FaultPoint.Reach(FaultPoints.FilePlaced);
        if (!await contents.AreKeptAsync(row.Sha256, cancellationToken))
        {
            return null;
        }

        db.Files.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        FaultPoint.Reach(FaultPoints.FileRowCommitted);
        return row;
    }

    // What is refused in the end leaves its content for the sweep; so what will hardly fit is refused before anything is kept.
    private async Task LookForRoomAsync(FileRow row, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        if (!quotas.LimitFiles)
        {
            return;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (claim is null || await Idempotency.FindOrClaimAsync(db, claim, row.Id, row.CreatedAt, cancellationToken) is null)
        {
            await quotas.CheckAsync(db, row, cancellationToken);
        }
    }

    /// <summary>The file, or null. Also one whose time has come and that a job which has not ended still reads.</summary>
    public async Task<FileRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Files.AsNoTracking().SingleOrDefaultAsync(file => file.Id == id, cancellationToken);
    }

    /// <summary>The file.</summary>
    /// <exception cref="ServiceException">404 when there is none, or when its time has come, be it swept or not.</exception>
    public async Task<FileRow> GetAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is { } row && IsKept(row) ? row : throw Missing(id);

    /// <summary>The file that a request wants to use.</summary>
    /// <param name="id">As the request names it.</param>
    /// <param name="param">Where the request names it.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when there is none, or when its time has come.</exception>
    public async Task<FileRow> RequireAsync(string id, string param, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) is { } row && IsKept(row)
            ? row
            : throw ServiceException.Invalid("file_not_found", $"There is no file '{id}'. POST /v1/files uploads one.", param);

    /// <summary>Files in the order of their making, without their reports.</summary>
    /// <param name="purpose">Only these; null for all.</param>
    /// <param name="after">Id of the last file of the page before; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="oldestFirst">Turns the order round.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no file.</exception>
    public async Task<Page<FileRow>> ListAsync(string? purpose, string? after, int limit, bool oldestFirst, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = clock.NowMicroseconds();
        var rows = db.Files.AsNoTracking().Where(file => (purpose == null || file.Purpose == purpose) && (file.ExpiresAt == null || file.ExpiresAt > now));
        if (after is not null)
        {
            var last = await db.Files.Where(file => file.Id == after).Select(file => (long?)file.CreatedAt).SingleOrDefaultAsync(cancellationToken)
                ?? throw ServiceException.Invalid("unknown_after", $"'{after}' is not in this list.", "after");
            rows = oldestFirst
                ? rows.Where(file => file.CreatedAt > last || (file.CreatedAt == last && file.Id.CompareTo(after) > 0))
                : rows.Where(file => file.CreatedAt < last || (file.CreatedAt == last && file.Id.CompareTo(after) < 0));
        }

        rows = oldestFirst
            ? rows.OrderBy(file => file.CreatedAt).ThenBy(file => file.Id)
            : rows.OrderByDescending(file => file.CreatedAt).ThenByDescending(file => file.Id);
        return Page<FileRow>.Of(await rows.Take(limit + 1).Select(WithoutReport).ToListAsync(cancellationToken), limit);
    }

    /// <summary>Removes the file, and its content when no other file shares it.</summary>
    /// <exception cref="ServiceException">404; 409 while a job that has not ended needs it.</exception>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        var row = await DeleteRowAsync(id, cancellationToken);
        await removal.TryTakeOutAsync(leftovers, FileContents.FindingsKeyOf(id), since: 0, cancellationToken);
        await removal.TryTakeOutAsync(leftovers, FileContents.KeyOf(row.Sha256), since: 0, cancellationToken);
        await removal.FinishAsync(cancellationToken);
    }

    // With marks that are due at once: should this process die, the next sweep takes the content out.
    private async Task<FileRow> DeleteRowAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Files, cancellationToken);
        var row = await db.Files.SingleOrDefaultAsync(file => file.Id == id, cancellationToken) ?? throw Missing(id);
        var mention = $"\"{id}\"";
        var user = await db.Jobs
            .Where(job => job.State != JobState.Succeeded && job.State != JobState.Failed && job.State != JobState.Cancelled)
            .Where(job => job.SpecJson.Contains(mention))
            .Select(job => job.Id)
            .FirstOrDefaultAsync(cancellationToken);
        if (user is not null)
        {
            throw ServiceException.Conflict("file_in_use", $"'{id}' is needed by '{user}', which has not ended. Wait for it or cancel it first.");
        }

        db.Files.Remove(row);
        await db.SaveChangesAsync(cancellationToken);
        await GarbageMarks.SetAsync(db, FileContents.FindingsKeyOf(id), since: 0, cancellationToken);
        await GarbageMarks.SetAsync(db, FileContents.KeyOf(row.Sha256), since: 0, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    private bool IsKept(FileRow row) => row.ExpiresAt is not { } expires || expires > clock.NowMicroseconds();

    private static ServiceException Missing(string id) => ServiceException.NotFound("file_not_found", $"There is no file '{id}'.");
}
