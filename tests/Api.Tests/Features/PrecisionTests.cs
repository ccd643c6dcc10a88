using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Numerics;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace FeedbackService.Api.Tests.Features;

/// <summary>In what is computed, as settings and requests ask for it.</summary>
public sealed class PrecisionTests
{
    private const string Route = "/v1/fine_tuning/jobs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TrainingThatNoWorkerComputes_IsRefused_WithTheOption()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"text {i},{i % 2}\n"))))["id"]!;

        // Nobody is there yet, so nothing is known.
        Assert.Equal("bfloat16", (string)(await EstimateAsync(client, file))["hyperparameters"]!["precision"]!);

        Register(api, "old", "cpu");
        await AssertRefusedAsync(await PostAsync(client, file, "auto"));
        Register(api, "new", "cuda bf16");
        await EstimateAsync(client, file);
        await AssertRefusedAsync(await PostAsync(client, file, "cpu"));
    }

    [Fact]
    public async Task Estimate_IsThatOfThePrecisionAskedFor()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\n" + string.Concat(Enumerable.Range(0, 400).Select(i => $"this is text {i},{i % 2}\n"))))["id"]!;

        var narrow = await EstimateAsync(client, file, "bfloat16");
        var wide = await EstimateAsync(client, file, "float32");

        Assert.Equal((long)wide["steps"]!, (long)narrow["steps"]!);
        Assert.NotEqual((double)wide["seconds"]!["high"]!, (double)narrow["seconds"]!["high"]!);
    }

    [Fact]
    public void Serving_ComputesInWhatItsProcessIsTold_InAnyCase()
    {
        var told = new Dictionary<string, string?> { ["Serving:Precision"] = "bfloat16", ["Serving:Provider"] = "onnx", ["Serving:Providers:news"] = "OnnxInt8" };
        var settings = new ConfigurationBuilder().AddInMemoryCollection(told).Build();
        using var services = new ServiceCollection().AddLogging().AddServing(settings, "cpu", Environment.ProcessorCount, answersRequests: false).BuildServiceProvider();

        // Where the device is made, one that does not compute it would be refused.
        Assert.Equal(DeviceType.CPU, services.GetRequiredService<torch.Device>().type);
        var read = services.GetRequiredService<IOptions<ServingOptions>>().Value;
        Assert.Equal((ComputePrecision.Bfloat16, ServingProvider.Onnx, ServingProvider.OnnxInt8), (read.Precision, read.Provider, read.Providers["news"]));
    }

    private static void Register(ApiFixture api, string id, string capabilities) => api.Services.GetRequiredService<WorkerRegistry>().Beat(new WorkerRow
    {
        Id = id,
        Machine = "machine",
        Version = "1",
        Device = capabilities.Split(' ')[0],
        Queues = string.Join(' ', JobQueues.All),
        Capabilities = capabilities,
    });

    private static async Task<JsonObject> EstimateAsync(HttpClient client, string file, string precision = "bfloat16") =>
        await ApiFixture.ReadAsync(await PostAsync(client, file, "auto", precision));

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string file, string device, string precision = "bfloat16") => client.PostAsJsonAsync(
        $"{Route}?dry_run=true",
        new { model = "transformer-small", training_file = file, device, method = new { type = "supervised", supervised = new { hyperparameters = new { precision } } } },
        Cancel);

    private static async Task AssertRefusedAsync(HttpResponseMessage response)
    {
        const string Field = "method.supervised.hyperparameters.precision";
        var problem = await Problems.AssertAsync(response, 400, "invalid_hyperparameters", Field);
        Assert.Contains("computes bfloat16", (string)problem["errors"]![Field]![0]!, StringComparison.Ordinal);
    }
}
