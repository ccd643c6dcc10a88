using System.Net.Http.Headers;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Api.Tests.Security;
using FeedbackService.Testing;
using FeedbackService.Testing.Postgres;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>Several services over one PostgreSQL database and one data folder.</summary>
public sealed class SharedSwapTests : IAsyncLifetime
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feedbackservice-swap-");
    private readonly List<ApiFixture> _hosts = [];
    private PostgresServer? _server;
    private string _database = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PostgresServer.FindBinaries() is null, "PostgreSQL is not installed.");
        _server = await PostgresServer.StartAsync();
        _database = await _server.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task MoveThroughOneProcess_IsSeenByTheOther_WithinTwoSeconds()
    {
        using var here = await StartAsync();
        using var there = await StartAsync();
        Assert.Equal(1, await there.AskAsync("news"));
        for (var move = 1; move <= 10; move++)
        {
            await ApiFixture.ReadAsync(await here.MoveAsync("news", 1 + (move % 2)));
            Assert.Equal(1 + (move % 2), await here.AskAsync("news"));
            AssertKept(await there.SeesAsync("news", 1 + (move % 2)));
        }

        using var http = _hosts[1].NewClient();
        var scrape = await Scrape.TakeAsync(http);
        Assert.True(scrape["""feedbackservice_changes_seen_total{by="notification"}"""] >= 1);
        Assert.InRange(scrape["feedbackservice_changes_age_seconds"], 0, Promised.TotalSeconds);
    }

    [Fact]
    public async Task MoveWithoutANotification_IsSeenByTheLook()
    {
        using var here = await StartAsync();
        Assert.Equal(1, await here.AskAsync("news"));
        // What a commit of another process is where a pooler passes no notifications on.
        await using var db = await _hosts[0].Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel);
        await db.Database.ExecuteSqlRawAsync(
            "UPDATE aliases SET version = 2 WHERE model_name = 'news'; UPDATE revisions SET revision = revision + 1 WHERE topic = 'registry'", Cancel);
        AssertKept(await here.SeesAsync("news", 2));
    }

    [Fact]
    public async Task ListeningConnectionsThatAreCut_AreMadeAnew_AndNothingIsMissedMeanwhile()
    {
        using var here = await StartAsync();
        using var there = await StartAsync();
        for (var move = 1; move <= 4; move++)
        {
            await there.AskAsync("news");
            await _server!.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{ChangeWatcher.ConnectionName}'");
            await ApiFixture.ReadAsync(await here.MoveAsync("news", 1 + (move % 2)));
            AssertKept(await there.SeesAsync("news", 1 + (move % 2)));
        }
    }

    [Fact]
    public async Task DatabaseThatRestarts_StopsNoAnswer_AndMovesAreSeenAfterwards()
    {
        using var admin = await StartAsync(KeyedApi.AdminKey);
        using var http = NewClient(_hosts[0], KeyedApi.AdminKey);
        var made = await ApiFixture.ReadAsync(await http.PostAsJsonAsync("/v1/keys", new { name = "asks", scopes = new[] { "predict" } }, Cancel));
        using var there = await StartAsync(KeyedApi.AdminKey, (string)made["key"]!);
        Assert.Equal(1, await admin.AskAsync("news"));
        Assert.Equal(1, await there.AskAsync("news"));

        await _server!.StopImmediateAsync();
        var (stopped, answered) = (TimeProvider.System.GetTimestamp(), 0);
        while (TimeProvider.System.GetElapsedTime(stopped) < TimeSpan.FromSeconds(4))
        {
            Assert.Equal(1, await there.AskAsync("news"));
            answered++;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} requests answered in 4 s without a database");
        await Problems.AssertAsync(await there.SendAsync("other"), 500, "database_unavailable");
        using (var refused = await http.GetAsync("/v1/registry/models", Cancel))
        {
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
            await Problems.AssertAsync(refused, 503, "database_unavailable");
        }

        await _server.StartAgainAsync();
        await Eventually.HoldsAsync(
            async _ =>
            {
                using var moved = await admin.MoveAsync("news", 2);
                return moved.IsSuccessStatusCode;
            },
            Deadline,
            () => "The alias cannot be moved.",
            Cancel);
        AssertKept(await there.SeesAsync("news", 2));
    }

    [Fact]
    public async Task RealProcess_SeesAMoveThroughAnother_WithinTwoSeconds()
    {
        using var here = await StartAsync();
        await using var process = ServiceProcess.Start(_folder.FullName, "--database", _database, "--role", "api");
        using var there = new SwapClient(new HttpClient { BaseAddress = await process.ListeningAsync(Cancel) });
        Assert.Equal(1, await there.AskAsync("news"));
        await ApiFixture.ReadAsync(await here.MoveAsync("news", 2));
        AssertKept(await there.SeesAsync("news", 2));
        await ApiFixture.ReadAsync(await there.MoveAsync("news", 1));
        AssertKept(await here.SeesAsync("news", 1));
    }

    private static void AssertKept(TimeSpan elapsed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"Seen after {elapsed.TotalMilliseconds:F0} ms");
        Assert.True(elapsed < Promised, $"Seen after {elapsed}.");
    }

    private static HttpClient NewClient(ApiFixture host, string? key)
    {
        var http = host.NewClient();
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Starts a service on the shared database and folder; the first registers the model.</summary>
    private async Task<SwapClient> StartAsync(string? adminKey = null, string? key = null)
    {
        var host = new ApiFixture
        {
            AdminKey = adminKey,
            Settings = new Dictionary<string, string> { ["database"] = _database, ["data-dir"] = _folder.FullName },
            // Asked one after another as fast as the machine answers.
            Limits = limits => limits.PredictPerSecond = 0,
        };
        _hosts.Add(host);
        _ = host.Address;
        if (_hosts.Count == 1)
        {
            await SwapClient.RegisterAsync(host.Services, "news");
        }
        return new SwapClient(NewClient(host, key ?? adminKey));
    }
}
