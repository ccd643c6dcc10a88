using Npgsql;

namespace FeedbackService.Testing.Postgres;

/// <summary>All connections that a server had left.</summary>
public sealed class TakenConnections : IAsyncDisposable
{
    private readonly List<NpgsqlConnection> _taken = [];

    private TakenConnections()
    {
    }

    /// <summary>Opens connections until the server refuses.</summary>
    internal static async Task<TakenConnections> TakeAsync(string connectionString)
    {
        var all = new TakenConnections();
        try
        {
            while (true)
            {
                var connection = new NpgsqlConnection(connectionString);
                all._taken.Add(connection);
                await connection.OpenAsync();
            }
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return all;
        }
    }

    /// <summary>Gives them back.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _taken)
        {
            await connection.DisposeAsync();
        }
    }
}
