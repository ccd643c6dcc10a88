using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Features.Classify;

namespace FeedbackService.Api.Tests.Features.OpenInference;

[Collection(nameof(ServedModels))]
public sealed class OpenInferenceTests(ServedModels served)
{
    private const string Infer = "/v2/models/feedback/infer";

    [Fact]
    public async Task AllOutputs_AreGivenUnlessSomeAreNamed_WithTheScoresOfClassify()
    {
        var answer = await served.AnswerAsync(Infer, Body("[1]", "[\"red apples\"]"));
        Assert.Equal(["model_name", "model_version", "outputs"], answer.AsObject().Select(member => member.Key));
        Assert.Equal(("feedback", "1"), ((string)answer["model_name"]!, (string)answer["model_version"]!));
        var outputs = answer["outputs"]!.AsArray();
        Assert.Equal(
            ["label BYTES [1]", "score FP32 [1]", "scores FP32 [1,3]", "logits FP32 [1,3]"],
            outputs.Select(output => $"{output!["name"]} {output["datatype"]} {output["shape"]!.ToJsonString()}"));
        var item = (await served.ClassifyAsync("""{"model":"feedback","input":"red apples"}"""))["data"]![0]!;
        var raw = (await served.ClassifyAsync("""{"model":"feedback","input":"red apples","raw_scores":true}"""))["data"]![0]!;
        Assert.Equal($"[{item["label"]!.ToJsonString()}]", outputs[0]!["data"]!.ToJsonString());
        Assert.Equal($"[{item["score"]!.ToJsonString()}]", outputs[1]!["data"]!.ToJsonString());
        Assert.Equal(InLabelOrder(item), outputs[2]!["data"]!.ToJsonString());
        Assert.Equal(InLabelOrder(raw), outputs[3]!["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("[2]", """["red","blue"]""")]
    [InlineData("[2,1]", """["red","blue"]""")]
    [InlineData("[2,1]", """[["red"],["blue"]]""")]
    public async Task Texts_ComeFlatOrNested(string shape, string data)
    {
        var labels = (await served.AnswerAsync(Infer, Body(shape, data, "[{\"name\":\"label\"}]")))["outputs"]![0]!;
        var expected = (await served.ClassifyAsync("""{"model":"feedback","input":["red","blue"]}"""))["data"]!.AsArray();
        Assert.Equal(expected.Select(item => (string)item!["label"]!), labels["data"]!.AsArray().Select(label => (string)label!));
        Assert.Equal("[2]", labels["shape"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""["red","sky","blue","sky"]""")]
    [InlineData("""[["red","sky"],["blue","sky"]]""")]
    public async Task Pairs_AreTwoColumns(string data)
    {
        var scores = (await served.AnswerAsync(Infer, Body("[2,2]", data, "[{\"name\":\"score\"}]")))["outputs"]![0]!["data"]!.AsArray();
        var expected = (await served.ClassifyAsync("""{"model":"feedback","input":[{"text":"red","text_pair":"sky"},{"text":"blue","text_pair":"sky"}]}"""))["data"]!.AsArray();
        Assert.Equal(expected.Select(item => (float)item!["score"]!), scores.Select(score => (float)score!));
    }

    [Fact]
    public async Task Classification_GivesTheBestLabelsAsTritonWritesThem()
    {
        var answer = await served.AnswerAsync(
            Infer,
            """{"id":"42","parameters":{"priority":1,"timeout":50000},"inputs":[{"name":"text","shape":[2,1],"datatype":"BYTES","data":["red","blue"]}],"outputs":[{"name":"logits"},{"name":"label","parameters":{"classification":2}},{"name":"scores","parameters":{"classification":99}}]}""");
        Assert.Equal("42", (string)answer["id"]!);
        var logits = answer["outputs"]![0]!["data"]!.AsArray();
        var best = answer["outputs"]![1]!;
        Assert.Equal(("label", "BYTES", "[2,2]"), ((string)best["name"]!, (string)best["datatype"]!, best["shape"]!.ToJsonString()));
        string[] labels = ["red", "green", "blue"];
        var expected = Enumerable.Range(0, 2).SelectMany(text => Enumerable.Range(0, 3)
            .OrderByDescending(label => (float)logits[(text * 3) + label]!).Take(2)
            .Select(label => $"{logits[(text * 3) + label]!.ToJsonString()}:{label}:{labels[label]}"));
        Assert.Equal(expected, best["data"]!.AsArray().Select(value => (string)value!));
        Assert.Equal("[2,3]", answer["outputs"]![2]!["shape"]!.ToJsonString());
    }

    [Fact]
    public async Task Parameters_CapRoundsAndForbidCutting()
    {
        var plain = (await served.ClassifyAsync("""{"model":"feedback","input":"red","max_rounds":0}"""))["data"]![0]!;
        var capped = await served.AnswerAsync(Infer, Body("[1]", "[\"red\"]", "[{\"name\":\"score\"}]", """{"max_rounds":0}"""));
        Assert.Equal($"[{plain["score"]!.ToJsonString()}]", capped["outputs"]![0]!["data"]!.ToJsonString());
        var longText = string.Join(' ', Enumerable.Repeat("blue", 40));
        await Problems.AssertTextAsync(
            await served.PostToAsync("/v2/models/attending/infer", Body("[1]", $"[\"{longText}\"]", "null", """{"truncate":false}""")), 422, "text_too_long", "Validation");
    }

    [Theory]
    [InlineData("/v2/models/feedback/versions/1/infer")]
    [InlineData("/v2/models/feedback:1/infer")]
    [InlineData("/v2/models/feedback%40latest/infer")]
    public async Task Version_IsPartOfTheAddress(string path) =>
        Assert.Equal("1", (string)(await served.AnswerAsync(path, Body("[1]", "[\"red\"]")))["model_version"]!);

    [Theory]
    [InlineData("[2]", "[\"red\"]")]
    [InlineData("[1]", "[\"red\",\"blue\"]")]
    [InlineData("[1,2]", "[\"red\"]")]
    [InlineData("[1,3]", "[\"a\",\"b\",\"c\"]")]
    [InlineData("[1,1,1]", "[\"red\"]")]
    [InlineData("[]", "[\"red\"]")]
    [InlineData("null", "[\"red\"]")]
    [InlineData("[-1]", "[\"red\"]")]
    [InlineData("[9223372036854775807,2]", "[\"red\",\"blue\"]")]
    [InlineData("[2,2]", "[[\"a\",\"b\",\"c\"],[\"d\"]]")]
    [InlineData("[2]", "[[\"a\"],[\"b\"]]")]
    [InlineData("[1]", "[5]")]
    [InlineData("[1]", "[null]")]
    [InlineData("[1]", "\"red\"")]
    [InlineData("[1]", "null")]
    [InlineData("[1.5]", "[\"red\"]")]
    [InlineData("[1]", "[\"red\"]", "[{\"name\":\"label\",\"parameters\":{\"classification\":0}}]")]
    [InlineData("[1]", "[\"red\"]", "[{\"name\":\"label\",\"parameters\":{\"classification\":\"2\"}}]")]
    [InlineData("[1]", "[\"red\"]", "null", "{\"max_rounds\":-1}")]
    [InlineData("[1]", "[\"red\"]", "null", "{\"truncate\":1}")]
    public async Task TensorThatDoesNotFit_Is400(string shape, string data, string outputs = "null", string parameters = "null") =>
        await Problems.AssertTextAsync(await served.PostToAsync(Infer, Body(shape, data, outputs, parameters)), 400, "invalid_value", "Validation");

    [Theory]
    [InlineData("""{"inputs":null}""", "invalid_value")]
    [InlineData("""{"inputs":[]}""", "invalid_value")]
    [InlineData("""{"inputs":[null]}""", "invalid_value")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1],"datatype":"FP32","data":[1.0]}]}""", "invalid_value")]
    [InlineData("""{"inputs":[{"name":"a","shape":[1],"datatype":"BYTES","data":["a"]},{"name":"b","shape":[1],"datatype":"BYTES","data":["b"]}]}""", "invalid_value")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES"}]}""", "missing_parameter")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[{"name":"nothing"}]}""", "unknown_output")]
    [InlineData("""{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["a"]}],"outputs":[null]}""", "unknown_output")]
    [InlineData("""{"inputs":[{"name":"text","shape":[0],"datatype":"BYTES","data":[]}]}""", "input_empty")]
    [InlineData("""{}""", "missing_parameter")]
    public async Task RequestThatIsNone_Is400(string body, string code) =>
        await Problems.AssertTextAsync(await served.PostToAsync(Infer, body), 400, code, code == "input_empty" ? "Empty" : "Validation");

    [Theory]
    [InlineData("nothing", 404, "model_not_found")]
    [InlineData("feedback/versions/2", 404, "model_not_found")]
    [InlineData("feedback/versions/x", 404, "model_not_found")]
    [InlineData("mlp", 422, "model_not_servable")]
    [InlineData("bare", 422, "model_not_servable")]
    public async Task ModelThatCannotAnswer_IsRefusedByEveryRoute(string model, int status, string code)
    {
        using var client = served.Api.NewClient();
        await Problems.AssertTextAsync(await served.PostToAsync($"/v2/models/{model}/infer", Body("[1]", "[\"red\"]")), status, code, "Validation");
        foreach (var route in new[] { "", "/ready" })
        {
            await Problems.AssertTextAsync(await client.GetAsync($"/v2/models/{model}{route}", TestContext.Current.CancellationToken), status, code, "Validation");
        }
    }

    [Fact]
    public async Task EmptyText_Is422SayingWhich()
    {
        using var response = await served.PostToAsync(Infer, Body("[2]", "[\"red\",\"\"]"));
        Assert.StartsWith("'inputs[0].data[1]': ", (string)(await Problems.AssertAsync(response, 422, "text_empty"))["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreThanAThousandTexts_Are413() => await Problems.AssertTextAsync(
        await served.PostToAsync(Infer, Body("[1001]", $"[{string.Join(',', Enumerable.Repeat("\"red\"", 1001))}]")), 413, "too_many_items", "Validation");

    [Theory]
    [InlineData("/v2/health/live", """{"live":true}""")]
    [InlineData("/v2/health/ready", """{"live":true,"ready":true}""")]
    [InlineData("/v2/models/feedback/ready", """{"name":"feedback","ready":true}""")]
    [InlineData("/v2/models/feedback/versions/1/ready", """{"name":"feedback","ready":true}""")]
    [InlineData("/v2/models/multi", """{"name":"multi","versions":["1"],"platform":"torchsharp_safetensors","inputs":[{"name":"text","datatype":"BYTES","shape":[-1,1]}],"outputs":[{"name":"label","datatype":"BYTES","shape":[-1]},{"name":"score","datatype":"FP32","shape":[-1]},{"name":"scores","datatype":"FP32","shape":[-1,3]},{"name":"logits","datatype":"FP32","shape":[-1,3]}]}""")]
    public async Task HealthAndMetadata_HaveTheProtocolsShapes(string path, string body) => Assert.Equal(body, (await GetAsync(path)).ToJsonString());

    [Fact]
    public async Task Server_DescribesItself()
    {
        var server = await GetAsync("/v2");
        Assert.Equal(["name", "version", "extensions"], server.Select(member => member.Key));
        Assert.Equal(("feedbackservice", """["classification"]"""), ((string)server["name"]!, server["extensions"]!.ToJsonString()));
    }

    private static string Body(string shape, string data, string outputs = "null", string parameters = "null") =>
        $$"""{"inputs":[{"name":"text","shape":{{shape}},"datatype":"BYTES","data":{{data}}}],"outputs":{{outputs}},"parameters":{{parameters}}}""";

    private static string InLabelOrder(JsonNode item)
    {
        var scores = item["scores"]!.AsArray().ToDictionary(score => (string)score!["label"]!, score => score!["score"]!.ToJsonString());
        return $"[{scores["red"]},{scores["green"]},{scores["blue"]}]";
    }

    private async Task<JsonObject> GetAsync(string path)
    {
        using var client = served.Api.NewClient();
        return await ApiFixture.ReadAsync(await client.GetAsync(path, TestContext.Current.CancellationToken));
    }
}
