using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Observability;

/// <summary>Tries what every request needs: the database, the store of artifacts and files, and tensors; and says which models were found damaged.</summary>
internal sealed class ReadinessCheck(IDbContextFactory<AppDbContext> contexts, IContentStore store, TorchCheck torch, DamagedModels damaged)
{
    /// <summary>Status when nothing is wrong.</summary>
    public const string Ready = "ready";

    /// <summary>Status when all but some models can be served.</summary>
    public const string Degraded = "degraded";

    private const string Database = "database";

    /// <summary>Whether a service that says so of itself shall be sent requests.</summary>
    public static bool CanWork(HealthResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Status is Ready or Degraded;
    }

    /// <summary>Looks now.</summary>
    public async Task<HealthResponse> RunAsync(CancellationToken cancellationToken)
    {
        var checks = new Dictionary<string, string>
        {
            [Database] = await DatabaseAsync(cancellationToken),
            ["storage"] = await store.FindFaultAsync(cancellationToken) ?? TorchCheck.Ok,
            ["torch"] = torch.Finding,
        };
        var works = checks.Values.All(finding => finding == TorchCheck.Ok);
        var models = checks[Database] == TorchCheck.Ok ? await CountDamagedAsync(cancellationToken) : 0;
        // Anybody may read this: names are in the log.
        checks["models"] = models == 0 ? TorchCheck.Ok : $"The files of {models} of them are gone or damaged; the log says which. Restore them from a backup, or delete them.";
        return new HealthResponse(!works ? "not_ready" : models == 0 ? Ready : Degraded, checks);
    }

    private async Task<int> CountDamagedAsync(CancellationToken cancellationToken)
    {
        if (damaged.Manifests is not { Count: > 0 } found)
        {
            return 0;
        }
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var named = await db.ModelVersions.Select(row => row.ManifestSha256).Concat(db.Checkpoints.Select(row => row.ManifestSha256))
            .Where(hash => found.Contains(hash)).Distinct().ToListAsync(cancellationToken);
        foreach (var deleted in found.Except(named, StringComparer.Ordinal))
        {
            damaged.Remove(deleted);
        }
        return named.Count;
    }

    private async Task<string> DatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await db.Models.AnyAsync(cancellationToken);
            return TorchCheck.Ok;
        }
        catch (Exception fault) when (fault is System.Data.Common.DbException || DatabaseFaults.IsTransient(fault))
        {
            return "The database does not answer. The log has the details.";
        }
    }
}
