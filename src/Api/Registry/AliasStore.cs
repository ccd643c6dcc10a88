using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Moves aliases by compare-and-swap and keeps who moved them when, from where to where and why.</summary>
internal sealed class AliasStore(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>As an expected revision: the alias must be there, in whatever state.</summary>
    public const long AnyRevision = 0;

    /// <summary>The alias.</summary>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<AliasRow> GetAsync(string model, string alias, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindAsync(db, model, alias, cancellationToken) ?? throw Missing(model, alias);
    }

    /// <summary>Makes the alias or points it elsewhere.</summary>
    /// <param name="move">From where to where, and why.</param>
    /// <param name="expectedRevision">Revision the caller has seen; null moves whatever it is now.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The alias after the move; unchanged when it pointed there already.</returns>
    /// <exception cref="ServiceException">400 or 409 for the alias's name; 404 for model or version; 412 when the revision is another.</exception>
    public async Task<AliasRow> PutAsync(AliasMove move, long? expectedRevision, CancellationToken cancellationToken)
    {
        ModelNames.RequireAlias(move.Alias);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!await db.Models.AnyAsync(row => row.Name == move.Model, cancellationToken))
        {
            throw ServiceException.NotFound("model_not_found", $"There is no model '{move.Model}'.", "name");
        }
        if (!await db.ModelVersions.AnyAsync(row => row.ModelName == move.Model && row.Version == move.Version, cancellationToken))
        {
            throw ServiceException.NotFound("version_not_found", $"There is no version '{move.Model}:{move.Version}'.", "version");
        }
        var current = await FindAsync(db, move.Model, move.Alias, cancellationToken);
        RequireRevision(current, expectedRevision, move.Model, move.Alias);
        if (current?.Version == move.Version)
        {
            return current;
        }
        var history = Append(db, move, current?.Version, move.Version);
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
        await transaction.CommitAsync(cancellationToken);
        return row;
    }

    /// <summary>Removes the alias; its history stays.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="expectedRevision">Revision the caller has seen; null removes whatever it is now.</param>
    /// <param name="keyId">API key of the caller; null on an open service.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">404; 412 when the revision is another.</exception>
    public async Task DeleteAsync(string model, string alias, long? expectedRevision, string? keyId, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var current = await FindAsync(db, model, alias, cancellationToken) ?? throw Missing(model, alias);
        RequireRevision(current, expectedRevision, model, alias);
        Append(db, new AliasMove(model, alias, current.Version, null, keyId), current.Version, null);
        await db.SaveChangesAsync(cancellationToken);
        await db.Aliases.Where(row => row.ModelName == model && row.Alias == alias).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Points the alias at where it pointed before its newest move.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="keyId">API key of the caller; null on an open service.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">404; 409 when it never pointed elsewhere or that version is deleted.</exception>
    public async Task<AliasRow> RollbackAsync(string model, string alias, string? keyId, CancellationToken cancellationToken)
    {
        var current = await GetAsync(model, alias, cancellationToken);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var previous = await db.AliasMoves.Where(row => row.Sequence == current.Revision)
            .Select(row => row.FromVersion).SingleOrDefaultAsync(cancellationToken)
            ?? throw ServiceException.Conflict("nothing_to_roll_back", $"'{model}@{alias}' has not pointed at another version before.");
        if (!await db.ModelVersions.AnyAsync(row => row.ModelName == model && row.Version == previous, cancellationToken))
        {
            throw ServiceException.Conflict("version_deleted", $"'{model}@{alias}' pointed at version {previous} before, which is deleted.");
        }
        return await PutAsync(new AliasMove(model, alias, previous, "rollback", keyId), current.Revision, cancellationToken);
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

    private static void RequireRevision(AliasRow? current, long? expected, string model, string alias)
    {
        if (expected is not null && (expected == AnyRevision ? current is null : current?.Revision != expected))
        {
            throw new ServiceException(
                412, "alias_changed", $"'{model}@{alias}' has been moved since it was read; read it again and decide anew.", "If-Match");
        }
    }

    private static ServiceException Missing(string model, string alias) =>
        ServiceException.NotFound("alias_not_found", $"There is no alias '{model}@{alias}'.", "alias");
}
