using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Observability;

/// <summary>
/// What a collector gets to see: a fine-tuning that one process accepts and another one runs, then an evaluation, batches and classifications.
/// Every request that matters comes with a traceparent of its own.
/// </summary>
public sealed class TracedTour : IAsyncLifetime
{
    public const string CallersSpan = "00f067aa0ba902b7";

    public const string Training = "10000000000000000000000000000001";
    public const string Evaluation = "20000000000000000000000000000002";
    public const string Batch = "30000000000000000000000000000003";
    public const string FailingBatch = "40000000000000000000000000000004";
    public const string Unsampled = "50000000000000000000000000000005";
    public const string Classification = "60000000000000000000000000000006";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly string _root = TestStorage.NewRoot();

    /// <summary>Id of the fine-tuning job.</summary>
    public string Job { get; private set; } = "";

    /// <summary>Lines of the second process's log, as JSON.</summary>
    public string Log { get; private set; } = "";

    internal IReadOnlyList<ReceivedSpan> Spans { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var csv = "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"text number {i},{(i % 2 == 0 ? "a" : "b")}\n"));
        await using (var accepting = ServiceProcess.Start(_root, receiver.Environment, "--role", "api"))
        {
            using var client = await ClientAsync(accepting);
            var file = await ApiFixture.UploadAsync(client, csv);
            Job = await PostAsync(client, "/v1/fine_tuning/jobs", Training, new() { ["model"] = "mlp", ["training_file"] = (string)file["id"]!, ["suffix"] = "traced" });
            await receiver.WaitAsync(span => span.Trace == Training);
        }

        await using var working = ServiceProcess.Start(_root, receiver.Environment, "--log-format", "json");
        using (var client = await ClientAsync(working))
        {
            var model = (string)(await EndAsync(client, $"/v1/fine_tuning/jobs/{Job}"))["fine_tuned_model"]!;
            var labelled = await ApiFixture.UploadAsync(client, csv, purpose: "evals");
            await EndAsync(client, "/v1/evaluations/" + await PostAsync(client, "/v1/evaluations", Evaluation, new() { ["model"] = model, ["file"] = (string)labelled["id"]! }));
            var request = new JsonObject { ["custom_id"] = "1", ["method"] = "POST", ["url"] = "/v1/classify", ["body"] = new JsonObject { ["model"] = model, ["input"] = "text" } };
            await RunBatchAsync(client, Batch, request.ToJsonString());
            await RunBatchAsync(client, FailingBatch, "nonsense");
            await PostAsync(client, "/v1/classify", Unsampled, new() { ["model"] = model, ["input"] = "text" }, flags: "00");
            await PostAsync(client, "/v1/classify", Classification, new() { ["model"] = model, ["input"] = new JsonArray("some text", "another") });
        }

        foreach (var trace in new[] { Training, Evaluation, Batch, FailingBatch })
        {
            await receiver.WaitAsync(span => span.Trace == trace && span.Name == "job.run");
        }

        await receiver.WaitAsync(span => span.Trace == Classification && span.Parent == CallersSpan);
        (Spans, Log) = (receiver.Spans, working.Output);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<HttpClient> ClientAsync(ServiceProcess service) => new() { BaseAddress = await service.ListeningAsync(TestContext.Current.CancellationToken) };

    private static async Task<string> PostAsync(HttpClient client, string route, string trace, JsonObject body, string flags = "01")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, route) { Content = JsonContent.Create(body) };
        request.Headers.Add("traceparent", $"00-{trace}-{CallersSpan}-{flags}");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (string)(await ApiFixture.ReadAsync(response))["id"]!;
    }

    private static async Task RunBatchAsync(HttpClient client, string trace, string lines)
    {
        var file = await ApiFixture.UploadAsync(client, lines, "requests.jsonl", "batch");
        await EndAsync(client, "/v1/batches/" + await PostAsync(client, "/v1/batches", trace, new() { ["input_file_id"] = (string)file["id"]!, ["endpoint"] = "/v1/classify" }));
    }

    private static async Task<JsonObject> EndAsync(HttpClient client, string route)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var job = await ApiFixture.ReadAsync(await client.GetAsync(route, deadline.Token));
            if ((string)job["status"]! is "succeeded" or "completed" or "failed" or "cancelled")
            {
                return job;
            }

            await Task.Delay(50, deadline.Token);
        }
    }
}
