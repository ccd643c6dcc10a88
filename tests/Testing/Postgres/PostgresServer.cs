using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace FeedbackService.Testing.Postgres;

/// <summary>
/// A PostgreSQL of the tests' own, started from installed binaries in a temporary folder, with fsync on: faults must be honest. It ends with
/// the test process, however that ends.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string SuperUser = "postgres";

    // Not a death signal: that would come with the end of the thread which started it. Whoever holds the other end of the pipe keeps it alive.
    private const string Keeper = "exec 3<&0; \"$@\" & server=$!; (read -r line <&3; kill -QUIT $server 2>/dev/null) & wait $server";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _binaries;
    private readonly string _root;
    private Process? _postmaster;

    private PostgresServer(string binaries, string root, int port) => (_binaries, _root, Port) = (binaries, root, port);

    public int Port { get; }

    private string Data => Path.Combine(_root, "data");

    /// <summary>Where the binaries are; null when PostgreSQL is not installed.</summary>
    public static string? FindBinaries()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return versions.OrderByDescending(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(path => Path.Combine(path, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "postgres")));
    }

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="settings">More lines of postgresql.conf.</param>
    /// <exception cref="InvalidOperationException">It is not installed or does not start; the message has its output.</exception>
    public static async Task<PostgresServer> StartAsync(params IEnumerable<string> settings)
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql.");
        var root = Directory.CreateTempSubdirectory("feedback-postgres-").FullName;
        var server = new PostgresServer(binaries, root, FreePort());
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", [SuperUser, root]);
            }
            await server.RunAsUserAsync("initdb", ["-D", server.Data, "-A", "trust", "-U", SuperUser, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]);
            string[] lines =
            [
                $"port = {server.Port}", "listen_addresses = '127.0.0.1'", $"unix_socket_directories = '{root}'", "max_connections = 400",
                "fsync = on", "synchronous_commit = on", "shared_buffers = 64MB", .. settings,
            ];
            await File.AppendAllLinesAsync(Path.Combine(server.Data, "postgresql.conf"), lines);
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionTo(name);
    }

    /// <summary>Connection string of a database.</summary>
    public string ConnectionTo(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username={SuperUser};Maximum Pool Size=40;Connection Idle Lifetime=4;Connection Pruning Interval=2;Timeout=10");

    /// <summary>Says something to the server as its superuser.</summary>
    public async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(ConnectionTo(SuperUser) + ";Pooling=False");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends it without a checkpoint, as a crash does, and starts it again: it recovers from its log.</summary>
    public async Task RestartImmediateAsync()
    {
        await StopImmediateAsync();
        await StartAgainAsync();
    }

    /// <summary>Ends it without a checkpoint.</summary>
    public async Task StopImmediateAsync()
    {
        if (_postmaster is { HasExited: false })
        {
            await RunAsUserAsync("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"]);
            await _postmaster.WaitForExitAsync();
        }
    }

    /// <summary>Starts it after a stop; returns when it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        _postmaster?.Dispose();
        var start = AsUser("sh", ["-c", Keeper, "sh", Path.Combine(_binaries, "postgres"), "-D", Data]);
        start.RedirectStandardInput = true;
        _postmaster = Process.Start(start)!;
        _ = _postmaster.StandardOutput.ReadToEndAsync();
        var errors = _postmaster.StandardError.ReadToEndAsync();
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (!_postmaster.HasExited && TimeProvider.System.GetElapsedTime(started) < Deadline)
            {
                await Task.Delay(20);
            }
            catch (NpgsqlException fault)
            {
                throw new InvalidOperationException($"PostgreSQL does not start: {(_postmaster.HasExited ? await errors : "it does not answer")}", fault);
            }
        }
    }

    /// <summary>Ends every connection to a database but the one that says so.</summary>
    public Task TerminateBackendsAsync(string database) => ExecuteAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()");

    /// <summary>Makes all its processes stand still, or go on.</summary>
    public async Task PauseAsync(bool pause)
    {
        var server = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];
        var children = (await File.ReadAllTextAsync($"/proc/{server}/task/{server}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await RunAsync("kill", [pause ? "-STOP" : "-CONT", server, .. children]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postmaster is { HasExited: false })
        {
            _postmaster.StandardInput.Close();
            await _postmaster.WaitForExitAsync();
        }
        _postmaster?.Dispose();
        for (var tries = 0; Directory.Exists(_root); tries++)
        {
            try
            {
                Directory.Delete(_root, recursive: true);
            }
            catch (IOException) when (tries < 100)
            {
                // The server's children write on for a moment after it has gone.
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // PostgreSQL refuses to run as root; as root it is run as the user that its package has made.
    private static ProcessStartInfo AsUser(string program, string[] arguments) => Redirected(Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("setpriv", [$"--reuid={SuperUser}", $"--regid={SuperUser}", "--clear-groups", "--", program, .. arguments])
        : new ProcessStartInfo(program, arguments));

    private static ProcessStartInfo Redirected(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        start.WorkingDirectory = "/";
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }

    private Task RunAsUserAsync(string program, string[] arguments) => RunAsync(AsUser(Path.Combine(_binaries, program), arguments));

    private static Task RunAsync(string program, string[] arguments) => RunAsync(Redirected(new ProcessStartInfo(program, arguments)));

    private static async Task RunAsync(ProcessStartInfo start)
    {
        var end = await ProcessEnd.OfAsync(start, Deadline, CancellationToken.None);
        if (end.Code != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)} ended with {end.Code}: {end.Error}{end.Output}");
        }
    }
}
