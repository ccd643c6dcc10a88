using Npgsql;

namespace FeedbackService.Testing.Postgres;

/// <summary>
/// Databases of a PostgreSQL for the tests of this process: of the server that <c>FEEDBACKSERVICE_TEST_DATABASE</c> names (a connection string of a
/// user who may make databases), else of one of our own, started once.
/// </summary>
public static class TestDatabase
{
    /// <summary>Name of the variable.</summary>
    public const string Variable = "FEEDBACKSERVICE_TEST_DATABASE";

    private static readonly string? Given = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;
    private static readonly Lazy<Task<PostgresServer>> Own = new(() => PostgresServer.StartAsync());

    /// <summary>Why there is none; null when there is one.</summary>
    public static string? Missing => Given is null && PostgresServer.FindBinaries() is null
        ? $"PostgreSQL is not there: install it (apt-get install postgresql), or name a server by {Variable}."
        : null;

    /// <summary>A new database.</summary>
    /// <param name="template">Connection string of a database that nobody is connected to, of which it is a copy; null: it is empty.</param>
    /// <returns>Its connection string.</returns>
    public static async Task<string> CreateAsync(string? template = null)
    {
        var administration = new NpgsqlConnectionStringBuilder(Given ?? (await Own.Value).ConnectionTo("postgres")) { Pooling = false }.ConnectionString;
        var name = "t" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(administration);
        await connection.OpenAsync();
        var copied = template is null ? "" : $" TEMPLATE {new NpgsqlConnectionStringBuilder(template).Database}";
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}{copied}", connection);
        await command.ExecuteNonQueryAsync();
        return Given is null ? (await Own.Value).ConnectionTo(name) : new NpgsqlConnectionStringBuilder(Given) { Database = name }.ConnectionString;
    }
}
