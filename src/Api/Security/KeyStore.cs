using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Security;

/// <summary>Makes, lists and revokes keys. A revoked key stays listed, for the rows it has made name it.</summary>
internal sealed class KeyStore(IDbContextFactory<AppDbContext> contexts, KeyRing ring, TimeProvider clock)
{
    private const int MaxName = 100;

    /// <summary>Makes a key, or finds the one that an equal request with the same Idempotency-Key has made.</summary>
    /// <param name="key">What it shall be.</param>
    /// <param name="claim">Of the request; null without an Idempotency-Key.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">400 for name, scopes or expiry; 409 when the Idempotency-Key was used with another request.</exception>
    public async Task<MadeKey> CreateAsync(NewKey key, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        var (row, text) = Prepare(key);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Keys, cancellationToken);
        if (claim is not null && await Idempotency.FindOrClaimAsync(db, claim, row.Id, row.CreatedAt, cancellationToken) is { } made)
        {
            return new MadeKey(await db.Keys.AsNoTracking().SingleAsync(existing => existing.Id == made, cancellationToken), Key: null);
        }

        db.Keys.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        ring.Forget();
        return new MadeKey(row, text.Full);
    }

    /// <summary>Makes a key if there has never been one. Of several processes that start at the same time, one makes it.</summary>
    /// <returns>The key in full; null when there was one.</returns>
    public async Task<string?> CreateFirstAsync(NewKey key, CancellationToken cancellationToken)
    {
        var (row, text) = Prepare(key);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Keys, cancellationToken);
        if (await db.Keys.AnyAsync(cancellationToken))
        {
            return null;
        }

        db.Keys.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        ring.Forget();
        return text.Full;
    }

    /// <summary>The key.</summary>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<KeyRow> GetAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Keys.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken) ?? throw Missing(id);
    }

    /// <summary>Keys, newest first, revoked and expired ones included.</summary>
    /// <param name="after">Id of the last key of the page before; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no key.</exception>
    public async Task<Page<KeyRow>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Keys.AsNoTracking();
        if (after is not null)
        {
            var last = await db.Keys.Where(row => row.Id == after).Select(row => (long?)row.CreatedAt).SingleOrDefaultAsync(cancellationToken)
                ?? throw ServiceException.Invalid("unknown_after", $"'{after}' is not in this list.", "after");
            rows = rows.Where(row => row.CreatedAt < last || (row.CreatedAt == last && row.Id.CompareTo(after) < 0));
        }

        rows = rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id);
        return Page<KeyRow>.Of(await rows.Take(limit + 1).ToListAsync(cancellationToken), limit);
    }

    /// <summary>Ends a key: no request is taken with it any more. One that is revoked already stays as it is.</summary>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<KeyRow> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        var now = clock.NowMicroseconds();
        await using (var db = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await db.Keys.Where(row => row.Id == id && row.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.RevokedAt, now), cancellationToken);
        }

        ring.Forget();
        return await GetAsync(id, cancellationToken);
    }

    private (KeyRow Row, KeyText Text) Prepare(NewKey key)
    {
        var now = clock.NowMicroseconds();
        var text = KeyText.New(Ids.NewKey());
        var row = new KeyRow
        {
            Id = text.Id,
            Name = CheckedName(key.Name),
            Scopes = string.Join(' ', CheckedScopes(key.Scopes)),
            SecretSha256 = text.SecretSha256,
            ExpiresAt = CheckedExpiry(key.ExpiresAt, now),
            CreatedAt = now,
        };
        return (row, text);
    }

    private static string CheckedName(string name)
    {
        var trimmed = name.Trim();
        return trimmed.Length is > 0 and <= MaxName && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw ServiceException.Invalid("invalid_value", $"'name' must be 1 to {MaxName} characters that say what the key is for.", "name");
    }

    private static IEnumerable<string> CheckedScopes(IReadOnlyList<string> scopes) =>
        scopes.Count > 0 && scopes.All(scope => Scopes.All.Contains(scope))
            ? Scopes.All.Where(scope => scopes.Contains(scope))
            : throw ServiceException.Invalid("invalid_value", $"'scopes' must name one or more of {string.Join(", ", Scopes.All)}.", "scopes");

    private static long? CheckedExpiry(DateTimeOffset? moment, long now) =>
        moment is not { } given ? null
        : Timestamps.ToMicroseconds(given - DateTimeOffset.UnixEpoch) is var at && at > now ? at
        : throw ServiceException.Invalid("invalid_value", "'expires_at' must lie in the future.", "expires_at");

    private static ServiceException Missing(string id) =>
        ServiceException.NotFound("key_not_found", $"There is no key '{id}'. GET /v1/keys lists them.", "id");
}
