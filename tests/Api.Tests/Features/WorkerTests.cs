using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;

namespace FeedbackService.Api.Tests.Features;

public sealed class WorkerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProcessThatTakesJobs_IsListed()
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();
        var list = await ApiFixture.ReadAsync(await client.GetAsync("/v1/workers", Cancel));
        var worker = Assert.Single(list["data"]!.AsArray())!;
        Assert.Equal(api.Services.GetRequiredService<WorkerIdentity>().Owner, (string)worker["id"]!);
        Assert.Equal(("worker", "cpu", "alive", Environment.ProcessId), ((string)worker["object"]!, (string)worker["device"]!, (string)worker["status"]!, (int)worker["process_id"]!));
        Assert.Equal(["train", "evaluate", "batch", "classify", "import"], worker["queues"]!.AsArray().Select(queue => (string)queue!));
        Assert.Contains("cpu", worker["capabilities"]!.AsArray().Select(each => (string)each!));
        Assert.True((long)worker["memory_bytes"]! > 0 && (int)worker["cores"]! > 0);
        Assert.Empty(worker["jobs"]!.AsArray());
        Assert.Null(worker["device_name"]);
    }

    [Fact]
    public async Task ProcessThatTakesNone_IsNot()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();
        JsonNode list = await ApiFixture.ReadAsync(await client.GetAsync("/v1/workers", Cancel));
        Assert.Empty(list["data"]!.AsArray());
    }
}
