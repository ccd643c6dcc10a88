using System.Globalization;
using FeedbackService.Api.Tests.Features.Classify;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features.Tei;

[Collection(nameof(ServedModels))]
public sealed class PredictTests(ServedModels served)
{
    private static readonly string LongText = string.Join(' ', Enumerable.Repeat("blue", 40));

    [Theory]
    [InlineData("\"red apples\"", "\"red apples\"")]
    [InlineData("[\"red apples\"]", "\"red apples\"")]
    [InlineData("[\"red\",\"blue sky\"]", "{\"text\":\"red\",\"text_pair\":\"blue sky\"}")]
    public async Task OneTextOrOnePair_IsAnsweredFlat_WithTheScoresOfClassify(string inputs, string input)
    {
        var scores = (await served.ClassifyAsync($$"""{"model":"feedback","input":{{input}}}"""))["data"]![0]!["scores"]!;
        var answer = await served.AnswerAsync("/predict?model=feedback", $$"""{"inputs":{{inputs}}}""");
        Assert.Equal(scores.ToJsonString(), answer.ToJsonString());
    }

    [Fact]
    public async Task ListOfLists_IsAnsweredByAListOfLists()
    {
        var rows = (await served.AnswerAsync("/predict?model=feedback:1", """{"inputs":[["red"],["blue","sky"]]}""")).AsArray();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(3, row!.AsArray().Count));
        var pair = (await served.AnswerAsync("/predict?model=feedback", """{"inputs":["blue","sky"]}"""))[0]!;
        Assert.Equal((float)pair["score"]!, (float)rows[1]![0]!["score"]!, 1e-5f);
        Assert.Single((await served.AnswerAsync("/predict?model=feedback", """{"inputs":[["red"]]}""")).AsArray(), row => row!.AsArray().Count == 3);
    }

    [Fact]
    public async Task MultiLabelModel_GivesEachLabelItsOwnProbability()
    {
        var scores = (await served.ClassifyAsync("""{"model":"multi","input":"red"}"""))["data"]![0]!["scores"]!;
        Assert.Equal(scores.ToJsonString(), (await served.AnswerAsync("/predict?model=multi", """{"inputs":"red"}""")).ToJsonString());
    }

    [Fact]
    public async Task RawScores_AreLogits()
    {
        var raw = (await served.ClassifyAsync("""{"model":"feedback","input":"red","raw_scores":true}"""))["data"]![0]!["scores"]!;
        var answer = await served.AnswerAsync("/predict?model=feedback", """{"inputs":"red","raw_scores":true,"truncate":null,"truncation_direction":"Right","prompt_name":null}""");
        Assert.Equal(raw.ToJsonString(), answer.ToJsonString());
    }

    [Fact]
    public async Task TextOverTheLimit_IsCutAtItsEnd_OrRefused()
    {
        string Body(string options) => $$"""{"inputs":"{{LongText}}"{{options}}}""";
        var cut = (await served.ClassifyAsync($$"""{"model":"attending","input":"{{LongText}}"}"""))["data"]![0]!["scores"]!;
        Assert.Equal(cut.ToJsonString(), (await served.AnswerAsync("/predict?model=attending", Body(""))).ToJsonString());
        await Problems.AssertTextAsync(await served.PostToAsync("/predict?model=attending", Body(",\"truncate\":false")), 422, "text_too_long", "Validation");
        await Problems.AssertTextAsync(
            await served.PostToAsync("/predict?model=attending", Body(",\"truncation_direction\":\"Left\"")), 422, "truncation_direction_unsupported", "Validation");
        await served.AnswerAsync("/predict?model=attending", """{"inputs":"red","truncation_direction":"left"}""");
    }

    [Fact]
    public async Task Headers_SayWhatItCost()
    {
        using var response = await served.PostToAsync("/predict?model=attending", """{"inputs":[["red 😀"],["blue","sky"]]}""");
        long Header(string name) => long.Parse(response.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);
        Assert.Equal("cpu", response.Headers.GetValues("x-compute-type").Single());
        Assert.Equal("red 😀bluesky".EnumerateRunes().Count(), Header("x-compute-characters"));
        var texts = await served.ClassifyAsync("""{"model":"attending","input":["red 😀",{"text":"blue","text_pair":"sky"}]}""");
        Assert.Equal((long)texts["usage"]!["tokens"]!, Header("x-compute-tokens"));
        Assert.Equal(Header("x-total-time"), Header("x-compute-time"));
        string[] parts = ["x-tokenization-time", "x-queue-time", "x-inference-time"];
        Assert.All(parts, part => Assert.InRange(Header(part), 0, Header("x-total-time")));
        Assert.InRange(parts.Sum(Header), 0, Header("x-total-time"));
    }

    [Theory]
    [InlineData("?model=nothing", """{"inputs":"red"}""", 404, "model_not_found")]
    [InlineData("?model=mlp", """{"inputs":"red"}""", 422, "model_not_servable")]
    [InlineData("", """{"inputs":"red"}""", 400, "model_required")]
    [InlineData("?model=", """{"inputs":"red"}""", 400, "model_required")]
    [InlineData("?model=plain", """{"inputs":["a","b","c"]}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":[["a","b","c"]]}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":[[]]}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":["a",["b"]]}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":[["b"],"a"]}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":[["b"],[["a"]]]}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":{"text":"a"}}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":null}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":5}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":"red","truncation_direction":"up"}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"inputs":"red","raw_scores":"yes"}""", 400, "invalid_value")]
    [InlineData("?model=plain", """{"text":"red"}""", 400, "missing_parameter")]
    [InlineData("?model=plain", """{"inputs":["red\ud800"]}""", 400, "invalid_value")]
    [InlineData("?model=plain", "", 400, "body_missing")]
    public async Task Refusals_HaveTeisBody(string query, string body, int status, string code) =>
        await Problems.AssertTextAsync(await served.PostToAsync("/predict" + query, body), status, code, "Validation");

    [Theory]
    [InlineData("\"\"", 422, "text_empty")]
    [InlineData("[\" \"]", 422, "text_empty")]
    [InlineData("[[\"red\"],[\"\"]]", 422, "text_empty")]
    [InlineData("[]", 400, "input_empty")]
    public async Task NothingToRead_IsEmpty(string inputs, int status, string code) =>
        await Problems.AssertTextAsync(await served.PostToAsync("/predict?model=plain", $$"""{"inputs":{{inputs}}}"""), status, code, "Empty");

    [Fact]
    public async Task MoreThanAThousandTexts_Are413()
    {
        var inputs = string.Join(',', Enumerable.Repeat("[\"red\"]", 1001));
        await Problems.AssertTextAsync(await served.PostToAsync("/predict?model=plain", $$"""{"inputs":[{{inputs}}]}"""), 413, "too_many_items", "Validation");
    }

    [Fact]
    public async Task Info_DescribesTheModelAndTheLimits()
    {
        using var client = served.Api.NewClient();
        var info = await ApiFixture.ReadAsync(await client.GetAsync("/info?model=feedback", TestContext.Current.CancellationToken));
        Assert.Equal(
            ["model_id", "model_sha", "model_dtype", "served_model_name", "model_type", "max_concurrent_requests", "max_input_length", "max_batch_tokens", "tokenization_workers", "max_batch_requests", "max_client_batch_size", "auto_truncate", "version", "sha", "docker_label"],
            info.Select(member => member.Key));
        Assert.Equal(("feedback:1", "feedback", "float32"), ((string)info["model_id"]!, (string)info["served_model_name"]!, (string)info["model_dtype"]!));
        Assert.Equal(
            """{"classifier":{"id2label":{"0":"red","1":"green","2":"blue"},"label2id":{"red":0,"green":1,"blue":2}}}""", info["model_type"]!.ToJsonString());
        Assert.Equal((32, 1000, true), ((int)info["max_input_length"]!, (int)info["max_client_batch_size"]!, (bool)info["auto_truncate"]!));
        await Problems.AssertTextAsync(await client.GetAsync("/info", TestContext.Current.CancellationToken), 400, "model_required", "Validation");
        await Problems.AssertTextAsync(await client.GetAsync("/info?model=nothing", TestContext.Current.CancellationToken), 404, "model_not_found", "Validation");
    }

    [Fact]
    public async Task WithoutAName_TheOnlyModelAnswers()
    {
        await using var alone = new ServedModels();
        await Problems.AssertTextAsync(await alone.PostToAsync("/predict", """{"inputs":"red"}"""), 400, "model_required", "Validation");
        await alone.RegisterAsync("only", TinyModels.Plain());
        await alone.RegisterAsync("encoder", TinyModels.Plain(), kind: "encoder");
        Assert.Equal(3, (await alone.AnswerAsync("/predict", """{"inputs":"red"}""")).AsArray().Count);
        using var client = alone.Api.NewClient();
        var info = await ApiFixture.ReadAsync(await client.GetAsync("/info", TestContext.Current.CancellationToken));
        Assert.Equal("only:1", (string)info["model_id"]!);
    }
}
