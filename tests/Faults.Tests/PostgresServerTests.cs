using FeedbackService.Testing;
using FeedbackService.Testing.Postgres;
using Npgsql;

namespace FeedbackService.Faults.Tests;

/// <summary>The database server of the tests does what fault tests ask of it.</summary>
public sealed class PostgresServerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RestartImmediate_KeepsWhatWasCommitted_OnTheSameAddress()
    {
        await using var server = await StartAsync();
        var database = await server.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        await server.RestartImmediateAsync();
        Assert.Equal(7, await ExecuteAsync(database, "SELECT n FROM kept"));
        Assert.Contains("recovery", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_LeavesNeitherProcessesNorFiles()
    {
        var server = await StartAsync();
        Assert.NotEmpty(ServiceProcess.Naming(server.Folder));
        await server.PauseAsync(pause: true);
        await server.DisposeAsync();
        Assert.Empty(ServiceProcess.Naming(server.Folder));
        Assert.False(Directory.Exists(server.Folder));
    }

    [Fact]
    public async Task Pause_LetsStatementsWait_UntilItGoesOn()
    {
        await using var server = await StartAsync();
        await using var connection = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await connection.OpenAsync(Cancel);
        await server.PauseAsync(pause: true);
        await using var command = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = 1 };
        await Assert.ThrowsAsync<NpgsqlException>(() => command.ExecuteScalarAsync(Cancel));
        await server.PauseAsync(pause: false);
        Assert.Equal(7, await ExecuteAsync(server.ConnectionTo("postgres"), "SELECT 7"));
    }

    [Fact]
    public async Task TerminateBackends_EndsTheConnectionsOfOneDatabase()
    {
        await using var server = await StartAsync();
        var database = await server.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancel);
        await using var other = new NpgsqlConnection(await server.CreateDatabaseAsync());
        await other.OpenAsync(Cancel);
        await server.TerminateBackendsAsync(connection.Database);
        await Eventually.HoldsAsync(
            async token => await Record.ExceptionAsync(() => SelectAsync(connection, token)) is NpgsqlException, Deadline, () => server.Log, Cancel);
        await SelectAsync(other, Cancel);
    }

    private static Task<PostgresServer> StartAsync()
    {
        Assert.SkipWhen(PostgresServer.FindBinaries() is null, "PostgreSQL is not installed: apt-get install postgresql.");
        return PostgresServer.StartAsync();
    }

    private static async Task SelectAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task<object?> ExecuteAsync(string database, string statement)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
