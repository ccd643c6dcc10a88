using System.Data.Common;
using FeedbackService.Testing.Cluster;
using FeedbackService.Testing.Invariants;
using FeedbackService.Testing.Load;
using FeedbackService.Testing.Postgres;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FeedbackService.Faults.Tests;

/// <summary>A cluster on a database of its own, with what is asked of it and what it must hold.</summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>How long a request is tried, and a cluster may take to come to rest.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // Leases so short that a test can wait for their end.
    private static readonly string[] Brisk =
    [
        "--Jobs:LeaseDuration=00:00:06", "--Jobs:RenewEvery=00:00:01", "--Jobs:StopGrace=00:00:01.5", "--Jobs:ReconcileEvery=00:00:01",
        "--Jobs:DispatchEvery=00:00:00.5", "--Jobs:RedispatchAfter=00:00:02", "--Jobs:CheckpointEvery=00:00:00.2", "--Jobs:MaxAttempts=100",
    ];

    private readonly string _root;
    private readonly List<LoadClient> _clients = [];
    private readonly List<Violation> _seen = [];

    private Scene(string root, SceneSettings settings)
    {
        _root = root;
        Settings = settings with { Data = settings.Data ?? Path.Combine(root, "data") };
        Cluster = new ServiceCluster(new ClusterSettings
        {
            Root = Settings.Data,
            Database = settings.Database,
            Artifacts = settings.Artifacts,
            Arguments = [.. Brisk, .. settings.Arguments],
            Environment = settings.Environment,
        });
        History = new History(Path.Combine(root, "history.jsonl"));
        Checker = new InvariantChecker(
            Connect, settings.Stored ?? new StoredFolder(settings.Artifacts ?? Settings.Data), () => settings.Artifacts is null ? [] : Cluster.DataFolders);
    }

    public SceneSettings Settings { get; }

    public ServiceCluster Cluster { get; }

    public History History { get; }

    public InvariantChecker Checker { get; }

    /// <summary>Files by which fault points show that they have happened; also the value of <c>FAULT_ONCE</c>.</summary>
    public string Marks => Directory.CreateDirectory(Path.Combine(_root, "marks")).FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A scene on a new database of the shared server; without one the test is skipped.</summary>
    public static Task<Scene> CreateAsync(params IEnumerable<string> arguments) => CreateAsync(new SceneSettings { Arguments = [.. arguments] });

    /// <summary>A scene on a new database of the shared server; without one the test is skipped.</summary>
    public static async Task<Scene> CreateAsync(SceneSettings settings)
    {
        Assert.SkipWhen(TestDatabase.Missing is not null, TestDatabase.Missing ?? "");
        return Create(settings with { Database = await TestDatabase.CreateAsync() });
    }

    /// <summary>A scene on a database of the test's own, or of one process with the embedded one.</summary>
    public static Scene Create(SceneSettings settings) => new(Directory.CreateTempSubdirectory("feedback-faults-").FullName, settings);

    /// <summary>A client of all processes that answer requests.</summary>
    public LoadClient NewClient(string name = "load")
    {
        var client = new LoadClient(name, [.. Cluster.Apis.Select(node => node.Address)], History, Patience);
        _clients.Add(client);
        return client;
    }

    /// <summary>Waits until the condition holds for what the database says, watching that no end changes.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="deadline">Null: the usual patience.</param>
    public Task WaitUntilAsync(Func<DatabaseImage, bool> condition, TimeSpan? deadline = null) => Cluster.WaitUntilAsync(
        async token =>
        {
            try
            {
                _seen.AddRange(await Checker.ObserveAsync(token));
                return condition(await Checker.ReadAsync(token));
            }
            catch (DbException)
            {
                // The database is what the test has taken away.
                return false;
            }
        },
        deadline ?? Patience,
        Cancel);

    /// <summary>Waits until no job waits or runs, then holds everything to the promises.</summary>
    /// <param name="orphanAge">As in <see cref="InvariantChecker.CheckAsync"/>.</param>
    /// <param name="deadline">How long it may take to come to rest; null: the usual patience.</param>
    public async Task AssertIntactAsync(TimeSpan orphanAge, TimeSpan? deadline = null)
    {
        await WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal), deadline);
        var broken = _seen.Concat(await Checker.CheckAsync(History.Entries, orphanAge, Cancel)).ToList();
        Assert.True(broken.Count == 0, string.Join(Environment.NewLine, broken) + Environment.NewLine + Cluster.Report());
    }

    /// <summary>Lets days pass for all that lies about, and one process sweep: nothing that nobody needs is left then, I6 to the letter.</summary>
    public async Task AssertSweptAsync()
    {
        foreach (var node in Cluster.Nodes.Where(node => node.Runs))
        {
            await node.KillAllAsync();
        }
        var sweeper = await Cluster.StartAllAsync(Cancel);
        using var http = new HttpClient { BaseAddress = sweeper.Address };
        // What is found is marked first and removed a day later, and what that leaves behind is found then.
        for (var sweep = 0; sweep < 3; sweep++)
        {
            await LetDaysPassAsync();
            using var answer = await http.PostAsync("/v1/registry/gc", null, Cancel);
            answer.EnsureSuccessStatusCode();
        }
        Assert.Empty(await Checker.CheckAsync(History.Entries, TimeSpan.Zero, Cancel));
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        foreach (var client in _clients)
        {
            client.Dispose();
        }
        Directory.Delete(_root, recursive: true);
    }

    private async Task LetDaysPassAsync()
    {
        await using var connection = Connect();
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE garbage SET since = since - 172800000000";
        await command.ExecuteNonQueryAsync(Cancel);
        foreach (var folder in new[] { "tmp", "incoming" }.Select(name => Path.Combine(Settings.Data!, name)).Where(Directory.Exists))
        {
            foreach (var path in Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Reverse())
            {
                File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddDays(-2));
            }
        }
    }

    private DbConnection Connect() => Settings.Database is { } database
        ? new NpgsqlConnection(database + ";Pooling=false")
        : new SqliteConnection($"Data Source={Path.Combine(Settings.Data!, "service.db")};Pooling=False");
}
