using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Observability;

/// <summary>Tries what every request needs: the database, the store of artifacts and files, and tensors.</summary>
internal sealed class ReadinessCheck(IDbContextFactory<AppDbContext> contexts, IContentStore store, TorchCheck torch)
{
    /// <summary>Status when nothing is wrong.</summary>
    public const string Ready = "ready";

    /// <summary>Looks now.</summary>
    public async Task<HealthResponse> RunAsync(CancellationToken cancellationToken)
    {
        var checks = new Dictionary<string, string>
        {
            ["database"] = await DatabaseAsync(cancellationToken),
            ["storage"] = await store.FindFaultAsync(cancellationToken) ?? TorchCheck.Ok,
            ["torch"] = torch.Finding,
        };
        return new HealthResponse(checks.Values.All(finding => finding == TorchCheck.Ok) ? Ready : "not_ready", checks);
    }

    private async Task<string> DatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            await db.Models.AnyAsync(cancellationToken);
            return TorchCheck.Ok;
        }
        catch (System.Data.Common.DbException)
        {
            return "The database does not answer. The log has the details.";
        }
    }
}
