using FeedbackService.Api.Errors;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Gives an artifact that came from outside its name: the next version of a model.</summary>
internal sealed class VersionImport(IDbContextFactory<AppDbContext> contexts, ModelPublisher publisher, KeyQuotas quotas, ModelRoutes routes, TimeProvider clock)
{
    /// <summary>Adds the version, or finds the one that an equal request with the same Idempotency-Key has made.</summary>
    /// <param name="name">The model; its name has been checked.</param>
    /// <param name="artifact">What <see cref="ModelPublisher.StoreAsync"/> gave.</param>
    /// <param name="claim">Of the request; null without a key.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">409 when the key was used with another request, or the caller has as many models as it may.</exception>
    /// <exception cref="ContentStoreException">The artifact was taken out of the store again.</exception>
    public async Task<ModelVersionRow> AddAsync(string name, VerifiedArtifact artifact, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        await quotas.CheckModelAsync(db, name, cancellationToken);
        var address = await publisher.AddVersionAsync(db, name, artifact, null, null, now, cancellationToken);
        var row = db.ModelVersions.Local.Single();
        if (claim is not null && await Idempotency.FindOrClaimAsync(db, claim, address, now, cancellationToken) is { } made)
        {
            var earlier = ModelAddress.Parse(made)!;
            return await db.ModelVersions.AsNoTracking().SingleAsync(version => version.ModelName == earlier.Name && version.Version == earlier.Version, cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await routes.SettleAsync(name, cancellationToken);
        return row;
    }
}
