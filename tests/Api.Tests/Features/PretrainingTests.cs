using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.TensorBoard;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Pre-training over HTTP, from a file of texts to an encoder in the registry, with a real training process.</summary>
public sealed class PretrainingTests
{
    private const string Route = "/v1/fine_tuning/jobs";
    private const string Method = "masked_language_modeling";
    private static readonly string[] Words = ["goal", "match", "team", "score", "league", "coach", "bank", "stock", "market", "price", "trade", "fund"];
    private static readonly string Labelled = "text,label\n" + string.Concat(Enumerable.Range(0, 80).Select(i => $"{Sentence(i)},{(i % 2 == 0 ? "odd" : "even")}\n"));
    private static readonly string Unlabelled = "text\n" + string.Concat(Enumerable.Range(0, 80).Select(i => Sentence(i) + "\n"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Presets => ["transformer", "transformer-small"];

    [Fact]
    public async Task UnlabelledFile_BecomesAnEncoder_WithItsFiguresEverywhere()
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();

        var job = await PretrainAsync(client, Unlabelled, "texts");

        Assert.Equal("texts:1", (string)job["fine_tuned_model"]!);
        Assert.Equal(Method, (string)job["method"]!["type"]!);
        Assert.Null(job["method"]!.AsObject()["supervised"]);
        Assert.Equal(0.2, (double)job["method"]![Method]!["hyperparameters"]!["mask_ratio"]!);
        Assert.True(JsonNode.DeepEquals(job["hyperparameters"], job["method"]![Method]!["hyperparameters"]));
        Assert.DoesNotContain("rounds", job["hyperparameters"]!.AsObject().Select(member => member.Key));
        Assert.True((int)job["trained_tokens"]! > 0);

        var report = await ReadAsync(client, $"{Route}/{job["id"]}/report");
        Assert.Equal(Math.Exp((double)report["masked_loss"]!), (double)report["perplexity"]!, 1e-3);
        Assert.InRange((double)report["masked_accuracy"]!, 0, 1);
        Assert.Equal((int)job["trained_tokens"]!, (int)report["trained_tokens"]!);

        var series = await ReadAsync(client, $"{Route}/{job["id"]}/metrics");
        Assert.NotEmpty(series["steps"]!.AsArray());
        Assert.All(series["evaluations"]!.AsArray(), point => Assert.True((double)point!["valid_loss"]! > 0 && point["perplexity"] is not null && point["masked_accuracy"] is not null && point["macro_f1"] is null));

        var events = (await ReadAsync(client, $"{Route}/{job["id"]}/events?limit=100"))["data"]!.AsArray().Select(line => (string)line!["message"]!).ToList();
        Assert.Contains(events, message => message.Contains("perplexity", StringComparison.Ordinal) && message.EndsWith("best so far", StringComparison.Ordinal));
        Assert.DoesNotContain(events, message => message.Contains("labels", StringComparison.Ordinal) || message.Contains("macro-F1", StringComparison.Ordinal));

        var csv = (await client.GetStringAsync($"/v1/files/{job["result_files"]![0]}/content", Cancel)).Split('\n');
        Assert.Equal("step,epoch,learning_rate,train_loss,valid_loss,valid_perplexity,valid_masked_accuracy", csv[0]);
        Assert.Contains("validation/perplexity", await TagsAsync(client, job), StringComparer.Ordinal);

        var version = await ReadAsync(client, "/v1/registry/models/texts/versions/1");
        Assert.Equal("encoder", (string)version["kind"]!);
        Assert.NotNull(version["metrics"]!["perplexity"]);
        Assert.Contains((await ReadAsync(client, "/v1/models"))["data"]!.AsArray(), model => ((string)model!["id"]!).StartsWith("texts", StringComparison.Ordinal));
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/classify", new { model = "texts", input = "goal team" }, Cancel), 422, "model_not_servable", "model");
        var checkpoint = (string)(await ReadAsync(client, $"{Route}/{job["id"]}/checkpoints"))["data"]![0]!["fine_tuned_model_checkpoint"]!;
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/classify", new { model = checkpoint, input = "goal team" }, Cancel), 422, "model_not_servable", "model");

        // It goes on, on a labelled file, and then on from a checkpoint.
        var on = await PretrainAsync(client, Labelled, "texts", "texts");
        Assert.Equal("texts:2", (string)on["fine_tuned_model"]!);
        Assert.Equal("texts:1", (string)on["model"]!);
        Assert.Equal("more:1", (string)(await PretrainAsync(client, Unlabelled, "more", checkpoint))["fine_tuned_model"]!);
    }

    [Fact]
    public async Task Classifier_GivesAnEncoderOfItsOwnName_ThatIsABaseForLabels()
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();
        const string Tiny = """{"n_epochs":1,"hidden_size":16,"heads":2,"rounds":0}""";
        await TrainingTour.TrainAsync(client, Labelled, "transformer-small", "topics", Tiny);

        var encoder = await PretrainAsync(client, Unlabelled, null, "topics");
        Assert.Equal("topics-encoder:1", (string)encoder["fine_tuned_model"]!);
        await TrainingTour.TrainAsync(client, Labelled, "topics-encoder", "again", """{"n_epochs":1}""");

        Assert.NotNull((string?)(await TrainingTour.ClassifyAsync(client, "topics", "goal team"))["label"]);
        Assert.NotNull((string?)(await TrainingTour.ClassifyAsync(client, "again", "goal team"))["label"]);
    }

    [Fact]
    public async Task DryRun_EstimatesWithoutLabels_AndWarnsOfNoneOfThem()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();
        var training = await UploadAsync(client, Labelled + "goal match,other\ngoal match,odd\n");
        var validation = await UploadAsync(client, "text\ngoal match\nsome other text\n");

        var estimate = await ApiFixture.ReadAsync(await client.PostAsJsonAsync(
            $"{Route}?dry_run=true", new JsonObject { ["model"] = "transformer", ["training_file"] = training, ["validation_file"] = validation, ["method"] = new JsonObject { ["type"] = Method } }, Cancel));

        Assert.True((int)estimate["steps"]! > 0 && (long)estimate["memory_bytes"]! > 0);
        Assert.Equal((0.15, 0), ((double)estimate["hyperparameters"]!["mask_ratio"]!, (double)estimate["hyperparameters"]!["validation_split"]!));
        Assert.Equal(["validation_leakage"], estimate["warnings"]!.AsArray().Select(warning => (string)warning!["code"]!));
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("mlp-embeddings")]
    [InlineData("gru")]
    public async Task PresetThatCannot_IsRefused_WithThoseThatCan(string preset)
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();

        using var response = await AskAsync(client, await UploadAsync(client, Unlabelled), preset, "x", []);

        var problem = await Problems.AssertAsync(response, 422, "method_not_supported", "method.type");
        Assert.Contains("transformer, transformer-small", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Contains($"'{preset}'", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileOfEmptyTexts_IsRefused()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();

        using var response = await AskAsync(client, await UploadAsync(client, "text\n\"\"\n\" \"\n"), "transformer-small", "x", []);

        await Problems.AssertAsync(response, 422, "file_unusable", "training_file");
    }

    [Fact]
    public async Task FileWithSomeEmptyTexts_IsTakenWithTheRest()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();

        using var response = await AskAsync(client, await UploadAsync(client, Unlabelled + "\"\"\n"), "transformer-small", "x", []);

        Assert.Equal("queued", (string)(await ApiFixture.ReadAsync(response))["status"]!);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Schemas_AreThereForBothMethods(string preset)
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();

        var found = await ReadAsync(client, $"/v1/presets/{preset}");

        Assert.Equal(["supervised", Method], found["schemas"]!.AsObject().Select(schema => schema.Key));
        Assert.True(JsonNode.DeepEquals(found["schema"], found["schemas"]!["supervised"]));
        Assert.Equal(0.15, (double)found["schemas"]![Method]!["properties"]!["mask_ratio"]!["default"]!);
        Assert.Null(found["schemas"]![Method]!["properties"]!["rounds"]);
        Assert.Equal(["supervised"], (await ReadAsync(client, "/v1/presets/mlp"))["schemas"]!.AsObject().Select(schema => schema.Key));
    }

    private static async Task<JsonNode> PretrainAsync(HttpClient client, string content, string? name, string model = "transformer-small")
    {
        var options = new JsonObject { ["n_epochs"] = 2, ["batch_size"] = 16, ["mask_ratio"] = 0.2 };
        if (model == "transformer-small")
        {
            options["hidden_size"] = 16;
            options["heads"] = 2;
        }

        var job = await ApiFixture.ReadAsync(await AskAsync(client, await UploadAsync(client, content), model, name, options));
        return await TrainingTour.WaitAsync(client, $"{Route}/{job["id"]}");
    }

    private static Task<HttpResponseMessage> AskAsync(HttpClient client, string file, string model, string? name, JsonObject options) => client.PostAsJsonAsync(
        Route,
        new JsonObject
        {
            ["model"] = model,
            ["training_file"] = file,
            ["suffix"] = name,
            ["method"] = new JsonObject { ["type"] = Method, [Method] = new JsonObject { ["hyperparameters"] = options } },
        },
        Cancel);

    private static async Task<string> UploadAsync(HttpClient client, string content) => (string)(await ApiFixture.UploadAsync(client, content))["id"]!;

    private static async Task<JsonObject> ReadAsync(HttpClient client, string path) => await ApiFixture.ReadAsync(await client.GetAsync(path, Cancel));

    private static async Task<IEnumerable<string>> TagsAsync(HttpClient client, JsonNode job) =>
        EventFileReader.Read(await client.GetByteArrayAsync($"{Route}/{job["id"]}/tensorboard", Cancel))
            .Where(record => record.Summary is not null).SelectMany(record => record.Summary.Value).Select(value => value.Tag);

    private static string Sentence(int seed)
    {
        var random = new Random(seed);
        return string.Join(' ', Enumerable.Range(0, random.Next(4, 10)).Select(_ => Words[random.Next(Words.Length)]));
    }
}
