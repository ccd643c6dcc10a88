using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Security;

/// <summary>Writes the caller's key into every row that a request makes, so that no feature can forget it.</summary>
internal sealed class CreatedByKeyStamp(IHttpContextAccessor requests) : SaveChangesInterceptor
{
    /// <inheritdoc/>
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Stamp(eventData.Context);
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Stamp(eventData.Context);
        return ValueTask.FromResult(result);
    }

    private void Stamp(DbContext? db)
    {
        if (db is null || requests.HttpContext?.Caller().KeyId is not { } keyId)
        {
            return;
        }

        foreach (var entry in db.ChangeTracker.Entries<ICreatedByKey>().Where(entry => entry.State == EntityState.Added))
        {
            entry.Entity.CreatedByKeyId ??= keyId;
        }
    }
}
