using System.Net;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Api.Tests.Jobs;
using FeedbackService.Api.Tests.Security;

namespace FeedbackService.Api.Tests.Quotas;

public sealed class KeyQuotaTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FiftyAtOnce_WithRoomForTen_GiveTen()
    {
        await using var jobs = await JobFixture.CreateAsync(quotas: new QuotaOptions { WaitingJobs = 10 });
        var made = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => TryQueueAsync(jobs, "a"))));
        Assert.Equal(10, made.Count(refused => refused is null));
        Assert.All(made.OfType<ServiceException>(), refused => Assert.Equal((429, "quota_exceeded", true), (refused.Status, refused.Code, refused.RetryAfter > TimeSpan.Zero)));
        Assert.Equal(10, await jobs.CountAsync(db => db.Jobs));
        // Others are served: another key, and whoever needs none.
        Assert.Null(await TryQueueAsync(jobs, "b"));
        Assert.Null(await TryQueueAsync(jobs, null));
    }

    [Fact]
    public async Task JobThatEnds_MakesRoom()
    {
        await using var jobs = await JobFixture.CreateAsync(quotas: new QuotaOptions { WaitingJobs = 1 });
        var job = await jobs.QueueAsync(key: "a");
        Assert.NotNull(await TryQueueAsync(jobs, "a"));
        await jobs.Store.RequestCancelAsync(job.Id, JobKind.Train, None);
        Assert.Null(await TryQueueAsync(jobs, "a"));
    }

    [Fact]
    public async Task Classifications_HaveAQuotaOfTheirOwn()
    {
        await using var jobs = await JobFixture.CreateAsync(quotas: new QuotaOptions { WaitingJobs = 1, WaitingClassifications = 2 });
        Assert.Null(await TryQueueAsync(jobs, "a", JobKind.Classify));
        Assert.Null(await TryQueueAsync(jobs, "a", JobKind.Classify));
        Assert.NotNull(await TryQueueAsync(jobs, "a", JobKind.Classify));
        Assert.Null(await TryQueueAsync(jobs, "a"));
    }

    [Fact]
    public async Task Models_CountThoseThatAreBeingMade_AndFurtherVersionsAreNone()
    {
        await using var jobs = await JobFixture.CreateAsync(quotas: new QuotaOptions { Models = 2 });
        Assert.Null(await TryQueueAsync(jobs, "a", model: "first"));
        Assert.Null(await TryQueueAsync(jobs, "a", model: "second"));
        Assert.Equal((409, "quota_exceeded", "suffix"), (await TryQueueAsync(jobs, "a", model: "third")) is { } refused ? (refused.Status, refused.Code, refused.Param!) : default);
        Assert.Null(await TryQueueAsync(jobs, "a", model: "second"));
    }

    [Fact]
    public async Task OneKeyFillsTheQueue_AnotherIsServed()
    {
        await using var api = new KeyedApi
        {
            MoreServices = services => services.Configure<QuotaOptions>(quotas => (quotas.WaitingJobs, quotas.FileBytes) = (2, 200)),
        };
        using var one = api.NewClient(await api.CreateKeyAsync(Scopes.JobsWrite));
        using var other = api.NewClient(await api.CreateKeyAsync(Scopes.JobsWrite));
        var file = (string)(await ApiFixture.UploadAsync(one, "{\"custom_id\":\"1\"}", "requests.jsonl", "batch"))["id"]!;
        var batch = new { input_file_id = file, endpoint = "/v1/classify" };
        await ApiFixture.ReadAsync(await one.PostAsJsonAsync("/v1/batches", batch, Cancel));
        await ApiFixture.ReadAsync(await one.PostAsJsonAsync("/v1/batches", batch, Cancel));
        using var refused = await one.PostAsJsonAsync("/v1/batches", batch, Cancel);
        await Problems.AssertAsync(refused, 429, "quota_exceeded");
        Assert.NotNull(refused.Headers.RetryAfter);
        await ApiFixture.ReadAsync(await other.PostAsJsonAsync("/v1/batches", batch, Cancel));

        using (var form = ApiFixture.Form($"{{\"custom_id\":\"{new string('x', 300)}\"}}", "requests.jsonl", "batch"))
        {
            await Problems.AssertAsync(await one.PostAsync("/v1/files", form, Cancel), 413, "quota_exceeded", "file");
        }
        using (var form = ApiFixture.Form("{\"custom_id\":\"2\"}", "requests.jsonl", "batch"))
        {
            Assert.Equal(HttpStatusCode.OK, (await one.PostAsync("/v1/files", form, Cancel)).StatusCode);
        }
    }

    private static async Task<ServiceException?> TryQueueAsync(JobFixture jobs, string? key, JobKind kind = JobKind.Train, string? model = null)
    {
        try
        {
            await jobs.Store.CreateAsync(new NewJob(Ids.NewFineTuningJob(), kind, "{}") { CreatedByKeyId = key, ModelName = model }, None);
            return null;
        }
        catch (ServiceException refused)
        {
            return refused;
        }
    }
}
