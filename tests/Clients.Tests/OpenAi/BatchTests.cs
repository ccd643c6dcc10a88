using System.ClientModel;
using System.Text.Json.Nodes;
using OpenAI.Batch;
using OpenAI.Files;

namespace FeedbackService.Clients.Tests.OpenAi;

public sealed class BatchTests(RunningService service)
{
    private readonly OpenAiClients _openAi = new(service);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_IsAnsweredInOrder_WithAnErrorFile_AndListed()
    {
        var training = await _openAi.FineTuneAsync((await _openAi.UploadAsync()).Id, epochs: 1, "nuget-batch");
        await _openAi.UntilAsync(training.JobId, "succeeded");
        var file = await _openAi.UploadAsync(
            string.Join('\n', Request("one", "nuget-batch"), Request("none", "nobody"), Request("two", "nuget-batch:1")), FileUploadPurpose.Batch, "requests.jsonl");

        var operation = await CreateAsync(file.Id);
        await operation.WaitForCompletionAsync(Cancel);
        var batch = await _openAi.Batches.GetBatchesAsync(new BatchCollectionOptions { PageSizeLimit = 1 }, Cancel)
            .FirstAsync(found => found.Id == operation.BatchId, Cancel);
        Assert.Equal((file.Id, "24h"), (batch.InputFileId, batch.CompletionWindow));
        Assert.NotNull(batch.CompletedAt);
        Assert.Equal(["one", "two"], (await LinesAsync(batch.OutputFileId)).Select(line => (string)line["custom_id"]!));
        Assert.Equal("none", (string)Assert.Single(await LinesAsync(batch.ErrorFileId))["custom_id"]!);
    }

    [Fact]
    public async Task Batch_IsCancelled()
    {
        var training = await _openAi.FineTuneAsync((await _openAi.UploadAsync()).Id, epochs: 1, "nuget-batch-cancelled");
        await _openAi.UntilAsync(training.JobId, "succeeded");
        var requests = Enumerable.Range(0, 20_000).Select(i => Request($"r{i}", "nuget-batch-cancelled"));
        var file = await _openAi.UploadAsync(string.Join('\n', requests), FileUploadPurpose.Batch, "long.jsonl");
        var operation = await CreateAsync(file.Id);
        await operation.CancelAsync(options: null);
        await operation.WaitForCompletionAsync(Cancel);
        var after = JsonNode.Parse((await operation.GetBatchAsync(options: null)).GetRawResponse().Content)!;
        Assert.Equal("cancelled", (string)after["status"]!);
    }

    private Task<CreateBatchOperation> CreateAsync(string file) => _openAi.Batches.CreateBatchAsync(
        BinaryContent.Create(BinaryData.FromString(
            new JsonObject { ["input_file_id"] = file, ["endpoint"] = "/v1/classify", ["completion_window"] = "24h" }.ToJsonString())),
        waitUntilCompleted: false);

    private static string Request(string id, string model) => new JsonObject
    {
        ["custom_id"] = id,
        ["method"] = "POST",
        ["url"] = "/v1/classify",
        ["body"] = new JsonObject { ["model"] = model, ["input"] = "the match was won" },
    }.ToJsonString();

    private async Task<List<JsonNode>> LinesAsync(string file) =>
        [.. (await _openAi.Files.DownloadFileAsync(file, Cancel)).Value.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
