using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace FeedbackService.Testing.Postgres;

/// <summary>
/// A PostgreSQL of the tests' own, started from installed binaries in a temporary folder, with fsync on: faults must be honest. It goes with
/// the test process, however that ends, and leaves nothing behind.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string SuperUser = "postgres";

    // Waits for the end of its input, which comes with the end of this process at the latest; a death signal would come with the end of
    // the thread that started it. A server that stands still cannot end by itself.
    private const string Keeper = """
        exec >/dev/null 2>&1; trap '' INT TERM HUP; root=$1; shift; read -r line
        kill -CONT "$(head -n 1 "$root/data/postmaster.pid")"; "$@"; rm -rf "$root"
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _binaries;
    private readonly string _root;
    private readonly Process _keeper;

    private PostgresServer(string binaries, string root, int port)
    {
        (_binaries, _root, Port) = (binaries, root, port);
        var stop = AsUser(Path.Combine(binaries, "pg_ctl"), ["-D", Data, "-m", "immediate", "-w", "stop"]);
        _keeper = Process.Start(new ProcessStartInfo("sh", ["-c", Keeper, "sh", root, stop.FileName, .. stop.ArgumentList])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        })!;
    }

    public int Port { get; }

    /// <summary>Where all of it lies.</summary>
    public string Folder => _root;

    /// <summary>What it has said about itself.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string Data => Path.Combine(_root, "data");

    private string LogFile => Path.Combine(_root, "log");

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
        var server = new PostgresServer(binaries, root, FreePort.Take());
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
    public Task StopImmediateAsync() => RunAsUserAsync("pg_ctl", ["-D", Data, "-m", "immediate", "-w", "stop"]);

    /// <summary>Starts it after a stop; returns when it takes connections.</summary>
    /// <exception cref="InvalidOperationException">It does not start; the message has its log.</exception>
    public async Task StartAgainAsync()
    {
        try
        {
            await RunAsUserAsync("pg_ctl", ["-D", Data, "-l", LogFile, "-w", "start"]);
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidOperationException($"PostgreSQL does not start: {fault.Message}{Environment.NewLine}{Log}", fault);
        }
    }

    /// <summary>Ends every connection to a database but the one that says so.</summary>
    public Task TerminateBackendsAsync(string database) => ExecuteAsync(
        $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()");

    /// <summary>Ends every connection to a database and takes all that the server has left.</summary>
    /// <param name="database">The database.</param>
    /// <returns>To be disposed of; until then whoever wants to connect is refused.</returns>
    public async Task<TakenConnections> TakeConnectionsAsync(string database)
    {
        await TerminateBackendsAsync(database);
        return await TakenConnections.TakeAsync(ConnectionTo(SuperUser) + ";Pooling=False");
    }

    /// <summary>Makes all its processes stand still, or go on.</summary>
    public async Task PauseAsync(bool pause)
    {
        var postmaster = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0], CultureInfo.InvariantCulture);
        // The postmaster first: it would make more of them.
        ProcessTree.Send(postmaster, pause ? ProcessSignal.Stop : ProcessSignal.Continue);
        foreach (var process in ProcessTree.Of(postmaster).Skip(1))
        {
            ProcessTree.Send(process, pause ? ProcessSignal.Stop : ProcessSignal.Continue);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
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
