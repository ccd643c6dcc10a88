using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Moves aliases by compare-and-swap and keeps who moved them when, from where to where and why.</summary>
internal sealed class AliasStore(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>The alias.</summary>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<AliasRow> GetAsync(string model, string alias, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, model, alias, cancellationToken) ?? throw Missing(model, alias);
    }

    /// <summary>Makes the alias or points it elsewhere.</summary>
    /// <param name="move">From where to where, and why.</param>
    /// <param name="condition">What the caller has seen.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The alias after the move; unchanged when it pointed there already.</returns>
    /// <exception cref="ServiceException">400 or 409 for the alias's name; 404 for model or version; 412 when the condition does not hold.</exception>
    public async Task<AliasRow> PutAsync(AliasMove move, AliasPrecondition condition, CancellationToken cancellationToken)
    {
        ModelNames.RequireAlias(move.Alias);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        if (!await db.Models.AnyAsync(row => row.Name == move.Model, cancellationToken))
        {
            throw ServiceException.NotFound("model_not_found", $"There is no model '{move.Model}'.", "name");
        }
        if (!await db.ModelVersions.AnyAsync(row => row.ModelName == move.Model && row.Version == move.Version, cancellationToken))
        {
            throw ServiceException.NotFound("version_not_found", $"There is no version '{move.Model}:{move.Version}'.", "version");
        }
        var current = await FindAsync(db, move.Model, move.Alias, cancellationToken);
        Require(condition, current, move.Model, move.Alias);
        if (current?.Version == move.Version)
        {
            return current;
        }
        var row = await PointAsync(db, move, current, undoes: null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>Removes the alias; its history stays.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="condition">What the caller has seen.</param>
    /// <param name="keyId">API key of the caller; null on an open service.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">404; 412 when the condition does not hold.</exception>
    public async Task DeleteAsync(string model, string alias, AliasPrecondition condition, string? keyId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        var current = await FindAsync(db, model, alias, cancellationToken) ?? throw Missing(model, alias);
        Require(condition, current, model, alias);
        Append(db, new AliasMove(model, alias, current.Version, null, keyId), current.Version, null);
        await db.SaveChangesAsync(cancellationToken);
        await db.Aliases.Where(row => row.ModelName == model && row.Alias == alias).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Takes back the newest move that has not been taken back yet: repeated, it goes on back through the history, and never to the
    /// version just left.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="condition">What the caller has seen.</param>
    /// <param name="reason">Why; null if not said.</param>
    /// <param name="keyId">API key of the caller; null on an open service.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">404; 409 when it never pointed elsewhere or that version is deleted; 412 when the condition does not hold.</exception>
    public async Task<AliasRow> RollbackAsync(
        string model, string alias, AliasPrecondition condition, string? reason, string? keyId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        var current = await FindAsync(db, model, alias, cancellationToken) ?? throw Missing(model, alias);
        Require(condition, current, model, alias);
        if (await LastNotUndoneAsync(db, current, cancellationToken) is not { FromVersion: { } previous } undone)
        {
            throw ServiceException.Conflict("nothing_to_roll_back", $"'{model}@{alias}' has not pointed at another version before this one.");
        }
        if (!await db.ModelVersions.AnyAsync(row => row.ModelName == model && row.Version == previous, cancellationToken))
        {
            throw ServiceException.Conflict(
                "version_deleted", $"'{model}@{alias}' pointed at version {previous} before, which is deleted. Point it at another version with PUT.");
        }
        var row = await PointAsync(db, new AliasMove(model, alias, previous, reason ?? "rollback", keyId), current, undone.Sequence, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>Moves of an alias, newest first.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="after">Sequence of the last move of the previous page; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<Page<AliasMoveRow>> HistoryAsync(string model, string alias, long? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.AliasMoves.AsNoTracking()
            .Where(row => row.ModelName == model && row.Alias == alias && (after == null || row.Sequence < after));
        return Page<AliasMoveRow>.Of(await rows.OrderByDescending(row => row.Sequence).Take(limit + 1).ToListAsync(cancellationToken), limit);
    }

    private async Task<AliasRow> PointAsync(AppDbContext db, AliasMove move, AliasRow? current, long? undoes, CancellationToken cancellationToken)
    {
        var history = Append(db, move, current?.Version, move.Version);
        history.Undoes = undoes;
        await db.SaveChangesAsync(cancellationToken);
        var row = new AliasRow
        {
            ModelName = move.Model,
            Alias = move.Alias,
            Version = move.Version,
            Revision = history.Sequence,
            UpdatedAt = history.CreatedAt,
        };
        await db.Aliases.Where(old => old.ModelName == move.Model && old.Alias == move.Alias).ExecuteDeleteAsync(cancellationToken);
        db.Aliases.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        return row;
    }

    private AliasMoveRow Append(AppDbContext db, AliasMove move, int? from, int? to)
    {
        var row = new AliasMoveRow
        {
            ModelName = move.Model,
            Alias = move.Alias,
            FromVersion = from,
            ToVersion = to,
            Reason = move.Reason,
            CreatedAt = clock.NowMicroseconds(),
            CreatedByKeyId = move.KeyId,
        };
        db.AliasMoves.Add(row);
        return row;
    }

    private static Task<AliasRow?> FindAsync(AppDbContext db, string model, string alias, CancellationToken cancellationToken) =>
        db.Aliases.AsNoTracking().SingleOrDefaultAsync(row => row.ModelName == model && row.Alias == alias, cancellationToken);

    // A rollback names the move it took back; what comes before that one is next.
    private static async Task<AliasMoveRow?> LastNotUndoneAsync(AppDbContext db, AliasRow alias, CancellationToken cancellationToken)
    {
        var moves = db.AliasMoves.AsNoTracking().Where(row => row.ModelName == alias.ModelName && row.Alias == alias.Alias);
        var move = await moves.SingleOrDefaultAsync(row => row.Sequence == alias.Revision, cancellationToken);
        while (move?.Undoes is { } undone)
        {
            move = await moves.Where(row => row.Sequence < undone).OrderByDescending(row => row.Sequence).FirstOrDefaultAsync(cancellationToken);
        }
        return move;
    }

    private static void Require(AliasPrecondition condition, AliasRow? current, string model, string alias)
    {
        if (!condition.Holds(current?.Revision))
        {
            throw condition.MustNotExist && current is not null
                ? new ServiceException(412, "alias_exists", $"'{model}@{alias}' is there already and points at version {current.Version}.", "If-None-Match")
                : new ServiceException(412, "alias_changed", $"'{model}@{alias}' has been moved since it was read; read it again and decide anew.", "If-Match");
        }
    }

    private static ServiceException Missing(string model, string alias) =>
        ServiceException.NotFound("alias_not_found", $"There is no alias '{model}@{alias}'.", "alias");
}
