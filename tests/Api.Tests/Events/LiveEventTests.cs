using System.Text.Json.Nodes;
using FeedbackService.Api.Events;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace FeedbackService.Api.Tests.Events;

/// <summary>Following a job over HTTP. The tests are the job's worker.</summary>
public sealed class LiveEventTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly string[] StateNames = ["Job accepted and queued.", "Job started."];

    private readonly QueryCounter _queries = new();
    private readonly ApiFixture _api;
    private readonly HttpClient _client;

    public LiveEventTests()
    {
        _api = new ApiFixture
        {
            MoreServices = services => services.AddSingleton<IInterceptor>(_queries).Configure<EventFeedOptions>(feed =>
            {
                feed.KeepAlive = TimeSpan.FromMilliseconds(100);
                feed.LookEvery = TimeSpan.FromMilliseconds(200);
            }),
        };
        _client = _api.NewClient();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobLeases Leases => _api.Services.GetRequiredService<JobLeases>();

    private EventFeedMetrics Open => _api.Services.GetRequiredService<EventFeedMetrics>();

    [Fact]
    public async Task Stream_IsOldestFirst_InTheDocumentedForm_AndEndsWithTheJob()
    {
        var lease = await RunningJobAsync();
        await using var reader = await EventReader.OpenAsync(_client, lease.JobId);
        Assert.Equal("text/event-stream", reader.Response.Content.Headers.ContentType?.ToString());
        Assert.True(reader.Response.Headers.CacheControl is { NoStore: true, NoTransform: true });
        Assert.Equal(["no"], reader.Response.Headers.GetValues("X-Accel-Buffering"));
        Assert.Empty(reader.Response.Content.Headers.ContentEncoding);
        var (id, type, data) = (await reader.NextAsync())!.Value;
        Assert.Equal(((string)data["id"]!, "status", "fine_tuning.job.event"), (id, type, (string)data["object"]!));
        await ReportAsync(lease, JobEvent.Metrics("m", """{"loss":1}"""), JobEvent.Info("i"));
        Assert.Equal("status", (await reader.NextAsync())!.Value.Type);
        Assert.Equal("metrics", (await reader.NextAsync())!.Value.Type);
        Assert.Equal("message", (await reader.NextAsync())!.Value.Type);
        await Leases.FailAsync(lease, new JobFailure("x", "y"), Cancel);
        Assert.Equal(["Job failed (x): y"], await reader.RestAsync());
    }

    [Fact]
    public async Task RevokedKey_SeesNothingMoreOfTheJob()
    {
        var lease = await RunningJobAsync();
        var keys = _api.Services.GetRequiredService<KeyStore>();
        var made = await keys.CreateAsync(new NewKey("reader", [Scopes.JobsWrite], ExpiresAt: null), claim: null, Cancel);
        _client.DefaultRequestHeaders.Add("X-API-Key", made.Key);
        await using var reader = await EventReader.OpenAsync(_client, lease.JobId);
        foreach (var _ in StateNames)
        {
            await reader.NextAsync();
        }

        await reader.CommentAsync();
        await keys.RevokeAsync(made.Row.Id, Cancel);
        await ReportAsync(lease, JobEvent.Info("secret"));
        await Leases.FailAsync(lease, new JobFailure("x", "end"), Cancel);
        Assert.Empty(await reader.RestAsync());
    }

    [Fact]
    public async Task Reconnecting_InTheMiddle_LosesAndDoublesNothing()
    {
        const int events = 300;
        var lease = await RunningJobAsync();
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < events; i++)
                {
                    await ReportAsync(lease, JobEvent.Info($"number {i}"));
                }

                await Leases.FailAsync(lease, new JobFailure("x", "end"), Cancel);
            },
            Cancel);
        var seen = new List<string>();
        string? last = null;
        for (var connection = 0; ; connection++)
        {
            // By header and by query in turn, each time cut off after another number of events.
            await using var reader = connection % 2 == 0
                ? await EventReader.OpenAsync(_client, lease.JobId, last)
                : await EventReader.OpenAsync(_client, lease.JobId, query: last is null ? "" : $"?after={last}");
            (string Id, string Type, JsonNode Data)? next = null;
            for (var i = 0; i <= connection % 7 && (next = await reader.NextAsync()) is not null; i++)
            {
                seen.Add((string)next.Value.Data["message"]!);
                last = next.Value.Id;
            }

            if (next is null)
            {
                break;
            }
        }

        await writing;
        Assert.Equal([.. StateNames, .. Enumerable.Range(0, events).Select(i => $"number {i}"), "Job failed (x): end"], seen);
    }

    [Fact]
    public async Task ManyFollowers_ReadTheLogOnce_NotEachForThemselves()
    {
        const int followers = 50;
        const int events = 20;
        var lease = await RunningJobAsync();
        var readers = await Task.WhenAll(Enumerable.Range(0, followers).Select(_ => EventReader.OpenAsync(_client, lease.JobId)));
        foreach (var reader in readers)
        {
            await reader.NextAsync();
            await reader.NextAsync();
            await reader.CommentAsync();
        }

        var before = _queries.Count;
        for (var i = 0; i < events; i++)
        {
            await ReportAsync(lease, JobEvent.Info($"number {i}"));
        }

        await Leases.FailAsync(lease, new JobFailure("x", "end"), Cancel);
        foreach (var reader in readers)
        {
            Assert.Equal(events + 1, (await reader.RestAsync()).Count);
            await reader.DisposeAsync();
        }

        // Each report and each look takes a handful; followers that asked for themselves would take more than a thousand.
        Assert.InRange(_queries.Count - before, 1, 500);
    }

    [Fact]
    public async Task EventsOfAnotherProcess_ArriveToo()
    {
        var lease = await RunningJobAsync();
        await using var reader = await EventReader.OpenAsync(_client, lease.JobId);
        await reader.NextAsync();
        await reader.NextAsync();
        await reader.CommentAsync();
        await using (var other = await _api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel))
        {
            JobEventLog.Append(other, lease.JobId, JobEvent.Info("from elsewhere"), 1);
            (await other.Jobs.SingleAsync(job => job.Id == lease.JobId, Cancel)).UpdatedAt++;
            await other.SaveChangesAsync(Cancel);
        }

        Assert.Equal("from elsewhere", (string)(await reader.NextAsync())!.Value.Data["message"]!);
    }

    [Fact]
    public async Task Silence_IsFilledWithComments()
    {
        var lease = await RunningJobAsync();
        await using var reader = await EventReader.OpenAsync(_client, lease.JobId);
        await reader.NextAsync();
        await reader.NextAsync();
        await reader.CommentAsync();
        await reader.CommentAsync();
        await ReportAsync(lease, JobEvent.Info("after the silence"));
        Assert.Equal("after the silence", (string)(await reader.NextAsync())!.Value.Data["message"]!);
    }

    [Fact]
    public async Task EndedJob_IsReplayedAndClosed()
    {
        var lease = await RunningJobAsync();
        await Leases.FailAsync(lease, new JobFailure("x", "y"), Cancel);
        await using var whole = await EventReader.OpenAsync(_client, lease.JobId);
        var first = (await whole.NextAsync())!.Value.Id;
        var rest = await whole.RestAsync();
        Assert.Equal(["Job started.", "Job failed (x): y"], rest);
        await using var resumed = await EventReader.OpenAsync(_client, lease.JobId, first);
        Assert.Equal(rest, await resumed.RestAsync());
    }

    [Fact]
    public async Task LastEventId_OfNoEventOfTheJob_Is400()
    {
        var lease = await RunningJobAsync();
        using var byHeader = await _client.SendAsync(EventReader.Request(lease.JobId, "ftevent-nope"), Cancel);
        await Problems.AssertAsync(byHeader, 400, "unknown_after", "Last-Event-ID");
        using var byQuery = await _client.SendAsync(EventReader.Request(lease.JobId, query: "?after=ftevent-nope"), Cancel);
        await Problems.AssertAsync(byQuery, 400, "unknown_after", "after");
        using var unknown = await _client.SendAsync(EventReader.Request("ftjob-nope"), Cancel);
        await Problems.AssertAsync(unknown, 404, "job_not_found");
    }

    [Fact]
    public async Task ReaderThatGoes_IsLetGoOfAtOnce()
    {
        var lease = await RunningJobAsync();
        var readers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => EventReader.OpenAsync(_client, lease.JobId)));
        Assert.Equal(5, Open.OpenStreams);
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }

        await UntilAsync(() => Open.OpenStreams == 0);
    }

    [Fact]
    public async Task Stopping_EndsOpenStreams()
    {
        var lease = await RunningJobAsync();
        var open = Open;
        await using var reader = await EventReader.OpenAsync(_client, lease.JobId);
        await reader.NextAsync();
        _api.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await reader.RestAsync();
        await UntilAsync(() => open.OpenStreams == 0);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    private async Task<JobLease> RunningJobAsync()
    {
        _ = _api.Address;
        await _api.Services.GetRequiredService<JobStore>().CreateAsync(new NewJob(Ids.NewFineTuningJob(), JobKind.Train, "{}"), Cancel);
        return (await _api.Services.GetRequiredService<JobClaims>().ClaimAsync(JobQueues.Train, "test", "cpu", Cancel))!;
    }

    private async Task ReportAsync(JobLease lease, params JobEvent[] events) => Assert.True(await Leases.ReportAsync(lease, new JobReport { Events = events }, Cancel));

    private sealed class QueryCounter : DbCommandInterceptor
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override ValueTask<InterceptionResult<System.Data.Common.DbDataReader>> ReaderExecutingAsync(
            System.Data.Common.DbCommand command, CommandEventData eventData, InterceptionResult<System.Data.Common.DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _count);
            return ValueTask.FromResult(result);
        }
    }
}
