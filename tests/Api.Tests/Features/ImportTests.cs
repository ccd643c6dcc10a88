using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Checkpoints that others trained come in by upload, classify or serve as bases, and go out again.</summary>
[Collection(nameof(ImportingService))]
public sealed class ImportTests(ImportingService service) : IDisposable
{
    private readonly HttpClient _client = service.Api.NewClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("bert")]
    [InlineData("distilbert")]
    public async Task Classifier_AnswersAtOnce_WithTheCheckpointsLogits(string family)
    {
        var name = $"{family}-raw";
        using var form = CheckpointForm.Of(family);

        var response = await CheckpointForm.PostAsync(_client, name, form);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"/v1/registry/models/{name}/versions/1", response.Headers.Location?.OriginalString);
        var version = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(("classifier", "ready", 1), ((string)version["kind"]!, (string)version["status"]!, (int)version["version"]!));
        var origin = version["lineage"]!["origin"]!;
        Assert.Equal("upload", (string)origin["type"]!);
        var config = origin["files"]!.AsArray().Single(file => (string)file!["name"]! == "config.json")!;
        Assert.Equal(FileHash.Of(Path.Combine(CheckpointFixture.Folder(family), "config.json")), (string)config["sha256"]!);
        Assert.True(JsonNode.DeepEquals(version, await ApiFixture.ReadAsync(await _client.GetAsync(response.Headers.Location, Cancel))));

        // "hello, world!" in the fixtures' vocabulary.
        var expected = Logits(family, [2, 123, 88, 124, 77, 3]);
        var item = await ClassifyAsync($$"""{"model":"{{name}}","input":"hello, world!","raw_scores":true}""");
        Assert.Equal(6, (int)item["tokens"]!);
        Assert.All(item["scores"]!.AsArray(), score => Assert.Equal(expected[(string)score!["label"]!], (float)score["score"]!, 1e-5f));
    }

    [Fact]
    public async Task WholeFolder_MayBeSent_UnderEitherName()
    {
        using var form = CheckpointForm.Of("bert");
        CheckpointForm.Add(form, "README.md", "# card"u8.ToArray(), part: "file");
        CheckpointForm.Add(form, "deep/down/special_tokens_map.json", """{"cls_token":"[CLS]"}"""u8.ToArray(), part: "file");

        Assert.Equal(HttpStatusCode.Created, (await CheckpointForm.PostAsync(_client, "folder", form)).StatusCode);
    }

    [Fact]
    public async Task EqualRequestWithTheSameKey_MakesOneVersion()
    {
        var first = await ImportAsync("once", "bert", "key-of-once");
        var second = await ImportAsync("once", "bert", "key-of-once");
        var third = await ImportAsync("once", "bert", null);

        Assert.Equal((1, 1, 2), ((int)first["version"]!, (int)second["version"]!, (int)third["version"]!));
        using var other = CheckpointForm.Of("distilbert");
        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "once", other, "key-of-once"), 409, "idempotency_key_reused");
    }

    [Fact]
    public async Task Encoder_IsABaseForJobs()
    {
        var checkpoint = CheckpointFixture.Copy("bert", service.Folder);
        CheckpointFixture.Behead(checkpoint, "bert");
        using var form = CheckpointForm.Of("bert", checkpoint);
        var version = JsonNode.Parse(await (await CheckpointForm.PostAsync(_client, "published", form)).Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("encoder", (string)version["kind"]!);
        using var body = new StringContent("""{"model":"published","input":"red"}""", Encoding.UTF8, "application/json");
        await Problems.AssertAsync(await _client.PostAsync("/v1/classify", body, Cancel), 422, "model_not_servable", "model");

        var rows = string.Concat(Enumerable.Range(0, 60).Select(row => row % 2 == 0 ? "the market won,yes\n" : "hello world,no\n"));
        var job = await TrainingTour.TrainAsync(_client, "text,label\n" + rows, "published", "tuned", """{"n_epochs":4,"learning_rate":0.01,"rounds":1,"feedback_heads":2,"validation_split":0.2}""");

        Assert.Equal("tuned:1", (string)job["fine_tuned_model"]!);
        Assert.Equal("yes", (string)(await TrainingTour.ClassifyAsync(_client, "tuned", "the market won"))["label"]!);
        await Problems.AssertAsync(await _client.GetAsync("/v1/registry/models/tuned/versions/1/huggingface", Cancel), 422, "not_exportable");
    }

    [Fact]
    public async Task Export_ComesBackAsItWas()
    {
        var imported = await ImportAsync("traveller", "distilbert", null);
        var path = "/v1/registry/models/traveller/versions/1/huggingface";
        var files = (await ApiFixture.ReadAsync(await _client.GetAsync(path, Cancel)))["data"]!.AsArray();

        // The fixture's vocabulary has a token on two lines, which tokenizer.json could not say.
        Assert.Equal(
            ["README.md", "config.json", "model.safetensors", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt"],
            files.Select(file => (string)file!["name"]!));

        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            using var response = await _client.GetAsync($"{path}/{file!["name"]}", Cancel);
            var bytes = await response.Content.ReadAsByteArrayAsync(Cancel);
            Assert.Equal((int)file["bytes"]!, bytes.Length);
            CheckpointForm.Add(form, (string)file["name"]!, bytes);
        }

        var back = JsonNode.Parse(await (await CheckpointForm.PostAsync(_client, "traveller", form)).Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(2, (int)back["version"]!);
        Assert.Equal(await HashAsync(imported, "model.safetensors"), await HashAsync(back, "model.safetensors"));
        Assert.Equal(await HashAsync(imported, "config.json"), await HashAsync(back, "config.json"));
        await Problems.AssertAsync(await _client.GetAsync(path + "/pytorch_model.bin", Cancel), 404, "artifact_not_found", "file");
        using var part = new HttpRequestMessage(HttpMethod.Get, path + "/model.safetensors");
        part.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(0, 7);
        Assert.Equal(8, (await (await _client.SendAsync(part, Cancel)).Content.ReadAsByteArrayAsync(Cancel)).Length);
    }

    [Theory]
    [InlineData("vocab.txt", "no tokenizer")]
    [InlineData("config.json", "config.json is missing. Of a checkpoint there are model.safetensors")]
    [InlineData("model.safetensors", "model.safetensors, or model.safetensors.index.json with its shards, is missing")]
    public async Task FileThatIsMissing_IsNamed(string file, string message)
    {
        using var whole = CheckpointForm.Of("bert");
        using var form = new MultipartFormDataContent();
        foreach (var part in whole.Where(part => part.Headers.ContentDisposition!.FileName!.Trim('"') is { } name && name != file && (file != "vocab.txt" || name != "tokenizer_config.json")))
        {
            CheckpointForm.Add(form, part.Headers.ContentDisposition!.FileName!.Trim('"'), await part.ReadAsByteArrayAsync(Cancel));
        }

        var problem = await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "incomplete", form), 422, "checkpoint_unusable", "files");

        if (file != "vocab.txt")
        {
            Assert.StartsWith(message, (string)problem["detail"]!, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync("/v1/registry/models/incomplete", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("model.PT")]
    public async Task WeightsThatMayRunPrograms_AreRefused(string file)
    {
        using var form = new MultipartFormDataContent();
        CheckpointForm.Add(form, "config.json", File.ReadAllBytes(Path.Combine(CheckpointFixture.Folder("bert"), "config.json")));
        CheckpointForm.Add(form, file, [1, 2, 3]);

        var problem = await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "refused", form), 422, "checkpoint_unusable", "files");

        Assert.Contains(file, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WholeFolderOfATraining_IsTaken_AndWhatMayRunIsPassedOver()
    {
        using var form = CheckpointForm.Of("bert");
        foreach (var file in new[] { "training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json", "README.md" })
        {
            CheckpointForm.Add(form, file, [1, 2, 3]);
        }

        Assert.Equal(HttpStatusCode.Created, (await CheckpointForm.PostAsync(_client, "folder", form)).StatusCode);
    }

    [Fact]
    public async Task FileGivenTwice_IsRefused()
    {
        using var form = CheckpointForm.Of("bert");
        CheckpointForm.Add(form, "config.json", [1, 2, 3]);

        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "refused", form), 400, "duplicate_parameter", "files");
    }

    [Fact]
    public async Task RequestsThatCannotBe_SayWhatToDo()
    {
        using var reserved = CheckpointForm.Of("bert");
        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "mlp", reserved), 409, "model_name_reserved", "name");
        using var badName = CheckpointForm.Of("bert");
        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "Bad", badName), 400, "invalid_model_name", "name");
        using var unknown = CheckpointForm.Of("bert");
        unknown.Add(new StringContent("x"), "purpose");
        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "fine", unknown), 400, "unknown_parameter", "purpose");
        using var text = new StringContent("x");
        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "fine", text), 415, "unsupported_media_type");
        using var large = new MultipartFormDataContent();
        CheckpointForm.Add(large, "model.safetensors", new byte[ApiFixture.MaxUploadBytes + 1]);
        await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "fine", large), 413, "file_too_large", "files");
        var cut = CheckpointFixture.Copy("bert", service.Folder);
        File.WriteAllBytes(Path.Combine(cut, "model.safetensors"), File.ReadAllBytes(Path.Combine(cut, "model.safetensors"))[..^4]);
        using var truncated = CheckpointForm.Of("bert", cut);
        var problem = await Problems.AssertAsync(await CheckpointForm.PostAsync(_client, "fine", truncated), 422, "checkpoint_unusable", "files");
        Assert.StartsWith("model.safetensors: ", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private async Task<JsonNode> ImportAsync(string name, string family, string? key)
    {
        using var form = CheckpointForm.Of(family);
        var response = await CheckpointForm.PostAsync(_client, name, form, key);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
    }

    private async Task<string> HashAsync(JsonNode version, string file)
    {
        var bytes = await _client.GetByteArrayAsync($"/v1/registry/models/{version["name"]}/versions/{version["version"]}/artifacts/{file}", Cancel);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
    }

    private async Task<JsonNode> ClassifyAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return (await ApiFixture.ReadAsync(await _client.PostAsync("/v1/classify", content, Cancel)))["data"]![0]!;
    }

    private Dictionary<string, float> Logits(string family, int[] ids)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var classifier = CheckpointFixture.Load(CheckpointFixture.Import(CheckpointFixture.Folder(family), service.Folder));
        var logits = classifier.Forward(PackedTokens.Pack([new TokenizedText(ids, null, ids.Length)]), CPU, 0)[0].data<float>().ToArray();
        return classifier.Config.Labels.Zip(logits).ToDictionary(pair => pair.First, pair => pair.Second);
    }
}
