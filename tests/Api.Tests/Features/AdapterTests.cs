using System.Net;
using System.Text.Json.Nodes;
using FeedbackService.Api.Serving;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Small weights on top of a registered model: trained, served beside each other over one copy of it, merged.</summary>
[Collection(nameof(ImportingService))]
public sealed class AdapterTests(ImportingService service) : IDisposable
{
    private const string Lora = """{"adapter":"lora","n_epochs":6,"learning_rate":0.02,"validation_split":0.2}""";

    private readonly HttpClient _client = service.Api.NewClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task TwoAdapters_ShareTheirBase_AndAnswerEachForItself()
    {
        await ImportAsync("shared-base");
        var first = await TrainingTour.TrainAsync(_client, Rows("the market won", "hello world", "yes", "no"), "shared-base", "first-adapter", Lora);
        await TrainingTour.TrainAsync(_client, Rows("the market won", "hello world", "left", "right"), "shared-base", "second-adapter", Lora);

        Assert.Equal("lora", (string)first["method"]!["supervised"]!["hyperparameters"]!["adapter"]!);
        var bases = service.Api.Services.GetRequiredService<SharedBases>();
        var none = bases.Bytes;
        Assert.Equal("yes", (string)(await TrainingTour.ClassifyAsync(_client, "first-adapter", "the market won"))["label"]!);
        var one = bases.Bytes;
        Assert.Equal("right", (string)(await TrainingTour.ClassifyAsync(_client, "second-adapter", "hello world"))["label"]!);
        var version = await VersionAsync("first-adapter", 1);
        Assert.Equal("classifier", (string)version["kind"]!);
        Assert.True((long)version["bytes"]! < (long)(await VersionAsync("shared-base", 1))["bytes"]!);
        Assert.Equal((EncoderBytes(), one), (one - none, bases.Bytes));
        await Problems.AssertAsync(await _client.DeleteAsync("/v1/registry/models/shared-base", Cancel), 409, null);
    }

    [Fact]
    public async Task MergedAdapter_AnswersAsBefore_AndCanGoOn()
    {
        await ImportAsync("merge-base");
        await TrainingTour.TrainAsync(_client, Rows("the market won", "hello world", "yes", "no"), "merge-base", "merged", Lora);
        var before = await TrainingTour.ClassifyAsync(_client, "merged:1", "the world");
        await Problems.AssertAsync(await _client.GetAsync("/v1/registry/models/merged/versions/1/huggingface", Cancel), 422, "not_exportable");
        await Problems.AssertAsync(await TrainingTour.AskAsync(_client, Rows("a", "b", "x", "y"), "merged:1", "onward", "{}"), 400, "invalid_hyperparameters", "method.supervised.hyperparameters.adapter");

        var response = await _client.PostAsync("/v1/registry/models/merged/versions/1/merge", null, Cancel);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("/v1/registry/models/merged/versions/2", response.Headers.Location!.OriginalString);
        var after = await TrainingTour.ClassifyAsync(_client, "merged:2", "the world");
        Assert.Equal((string)before["label"]!, (string)after["label"]!);
        Assert.Equal((float)before["score"]!, (float)after["score"]!, 1e-5f);
        await Problems.AssertAsync(await _client.PostAsync("/v1/registry/models/merged/versions/2/merge", null, Cancel), 422, "not_mergeable");
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/v1/registry/models/merged/versions/2/huggingface/config.json", Cancel)).StatusCode);
    }

    private async Task ImportAsync(string name)
    {
        var checkpoint = CheckpointFixture.Copy("bert", service.Folder);
        CheckpointFixture.Behead(checkpoint, "bert");
        using var form = CheckpointForm.Of("bert", checkpoint);
        Assert.Equal(HttpStatusCode.Created, (await CheckpointForm.PostAsync(_client, name, form)).StatusCode);
    }

    private async Task<JsonNode> VersionAsync(string name, int version) => await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/registry/models/{name}/versions/{version}", Cancel));

    private static string Rows(string one, string other, string label, string otherLabel) =>
        "text,label\n" + string.Concat(Enumerable.Range(0, 80).Select(row => row % 2 == 0 ? $"{one},{label}\n" : $"{other},{otherLabel}\n"));

    private static long EncoderBytes()
    {
        using var reader = Model.Checkpoints.SafetensorsReader.Open(Path.Combine(CheckpointFixture.Folder("bert"), "model.safetensors"));
        return reader.Entries.Where(entry => entry.Name.StartsWith("bert.e", StringComparison.Ordinal)).Sum(entry => entry.ByteCount);
    }
}
