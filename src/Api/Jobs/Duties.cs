using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Gives work that one process does for all to one of them. Whoever has a duty renews it by taking it again; when that one falls silent, the next
/// who asks after its time has it.
/// </summary>
internal sealed class Duties(IDbContextFactory<AppDbContext> contexts, WorkerIdentity identity, TimeProvider clock)
{
    // One statement: of two who ask at once the database lets one write first, and the other then finds it taken.
    private const string Statement = """
        INSERT INTO duties (name, owner, until) VALUES ({0}, {1}, {3})
        ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE duties.owner = excluded.owner OR duties.until < {2}
        """;

    /// <summary>Takes a duty, or renews it.</summary>
    /// <param name="name">Which.</param>
    /// <param name="duration">How long others leave it to this process from now on.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>False when another process has it.</returns>
    public async Task<bool> TryTakeAsync(string name, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var now = await db.NowAsync(clock, cancellationToken);
        return await db.Database.ExecuteSqlRawAsync(Statement, [name, identity.Owner, now, now + duration.ToMicroseconds()], cancellationToken) == 1;
    }
}
