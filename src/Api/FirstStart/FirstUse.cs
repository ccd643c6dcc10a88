using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.FirstStart;

/// <summary>Whether this is a service that nobody has used yet.</summary>
internal sealed class FirstUse(IDbContextFactory<AppDbContext> contexts, IOptions<ServiceOptions> options)
{
    /// <summary>Whether this process trains the bundled sample, because it may and there is nothing else.</summary>
    public async Task<bool> TrainsSampleAsync(CancellationToken cancellationToken)
    {
        if (options.Value is not { SampleOnFirstStart: true, Role: ServiceRole.All })
        {
            return false;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return !await db.Models.AnyAsync(cancellationToken) && !await db.Jobs.AnyAsync(cancellationToken) && !await db.Files.AnyAsync(cancellationToken);
    }
}
