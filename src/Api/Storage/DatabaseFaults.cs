using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FeedbackService.Api.Storage;

/// <summary>Tells faults of the connection to the database, which pass, from faults of what was asked.</summary>
internal static class DatabaseFaults
{
    // Of the SQL standard and of PostgreSQL: connections, shutdowns, a start in progress, too many connections, deadlocks.
    private static readonly string[] TransientStates = ["08", "57P", "53300", "40001", "40P01"];

    // https://sqlite.org/rescode.html: another process has had the file for longer than the timeout, or its disk has no room.
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteFull = 13;

    /// <summary>Whether the database's disk has no room left.</summary>
    public static bool IsDiskFull(Exception fault) => StateOf(fault) == "53100" || SqliteCodeOf(fault) == SqliteFull;

    /// <summary>Whether a text holds what the database cannot keep: PostgreSQL has no NUL character in texts.</summary>
    public static bool IsUnkeepableText(Exception fault) => StateOf(fault) == "22021";

    /// <summary>Whether the same may go well a little later: the server restarts, the connection broke, or two transactions were in each other's way.</summary>
    public static bool IsTransient(Exception? fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is PostgresException { SqlState: var state })
            {
                return TransientStates.Any(known => state.StartsWith(known, StringComparison.Ordinal));
            }
            if (inner is SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked })
            {
                return true;
            }
            if (inner is NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: IOException or SocketException or TimeoutException })
            {
                return true;
            }
        }
        return false;
    }

    private static int? SqliteCodeOf(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is SqliteException { SqliteErrorCode: var code })
            {
                return code;
            }
        }
        return null;
    }

    private static string? StateOf(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is PostgresException { SqlState: var state })
            {
                return state;
            }
        }
        return null;
    }
}
