using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Storage;

/// <summary>Idempotency-Key inside the transaction that makes the resource, so that key and resource exist together or not at all.</summary>
internal static class Idempotency
{
    /// <summary>Id of the resource an equal request has made before, or null; then the key is claimed for <paramref name="resourceId"/>.</summary>
    /// <param name="db">Context with an open transaction.</param>
    /// <param name="claim">The request.</param>
    /// <param name="resourceId">What is about to be made.</param>
    /// <param name="now">UTC microseconds.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">409 when the key was used with another request.</exception>
    public static async Task<string?> FindOrClaimAsync(
        AppDbContext db, IdempotencyClaim claim, string resourceId, long now, CancellationToken cancellationToken)
    {
        // Two requests with one key at the same time: the second waits, and finds what the first has made.
        await db.LockNameAsync($"idempotency {claim.Route} {claim.Key}", cancellationToken);
        var made = await db.IdempotencyKeys.AsNoTracking()
            .SingleOrDefaultAsync(row => row.Route == claim.Route && row.Key == claim.Key, cancellationToken);
        if (made is null)
        {
            db.IdempotencyKeys.Add(new IdempotencyRow
            {
                Route = claim.Route,
                Key = claim.Key,
                RequestHash = claim.RequestHash,
                ResourceId = resourceId,
                CreatedAt = now,
            });
            return null;
        }
        return made.RequestHash == claim.RequestHash
            ? made.ResourceId
            : throw ServiceException.Conflict(
                "idempotency_key_reused", $"The Idempotency-Key was used before with another request, which made '{made.ResourceId}'. Send a new key.");
    }
}
