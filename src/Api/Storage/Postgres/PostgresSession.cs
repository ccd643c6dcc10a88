using Npgsql;

namespace FeedbackService.Api.Storage.Postgres;

/// <summary>What every session asks of the server.</summary>
internal static class PostgresSession
{
    // A process that stands still or has vanished in the middle of a transaction holds its rows until the server ends its session; by default that is never
    // for the former, and hours for the latter. Nothing here leaves a transaction idle for more than the ten seconds of a call to the store.
    private const string Settings =
        "-c idle_in_transaction_session_timeout=30s -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=30s";

    /// <summary>Adds the settings to a connection string. What it says of them itself comes later and wins.</summary>
    /// <param name="connectionString">As Npgsql takes it; one that cannot be read stays, for whoever connects says so.</param>
    public static string AskedBy(string connectionString)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString);
            parts.Options = string.IsNullOrWhiteSpace(parts.Options) ? Settings : $"{Settings} {parts.Options}";
            return parts.ConnectionString;
        }
        catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException or FormatException)
        {
            return connectionString;
        }
    }
}
