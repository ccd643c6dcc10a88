using Hangfire.PostgreSql;
using Hangfire.Server;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Hangfire's tables in PostgreSQL, with what keeps them small set apart from what every server needs. The former waits for a lock in the database for up to
/// five minutes, deaf to a stop, and whoever is killed while it has the lock leaves it behind for ten.
/// </summary>
internal sealed class RingStorage(IConnectionFactory connections, PostgreSqlStorageOptions options) : PostgreSqlStorage(connections, options)
{
    // Not public in Hangfire.PostgreSql. It shows that a ring is being answered; a test holds us to finding it.
    private const string Heartbeat = "PostgreSqlHeartbeatProcess";

#pragma warning disable CS0618, CS0672 // Hangfire.PostgreSql has not gone over to what takes the place of components.
    /// <summary>What keeps the tables small: one of each per process will do.</summary>
    public IEnumerable<IBackgroundProcess> Housekeeping => base.GetComponents().Where(component => !IsHeartbeat(component)).OfType<IBackgroundProcess>();

    /// <summary>What every server runs.</summary>
    public override IEnumerable<IServerComponent> GetComponents() => base.GetComponents().Where(IsHeartbeat);

    private static bool IsHeartbeat(IServerComponent component) => component.GetType().Name == Heartbeat;
#pragma warning restore CS0618, CS0672
}
