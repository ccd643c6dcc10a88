using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Features.Classify;

namespace FeedbackService.Api.Tests.Features.HuggingFace;

[Collection(nameof(ServedModels))]
public sealed class TextClassificationTests(ServedModels served)
{
    [Theory]
    [InlineData("feedback")]
    [InlineData("multi")]
    public async Task SingleText_IsOneRowInAList_WithTheScoresOfClassify(string model)
    {
        var scores = (await served.ClassifyAsync($$"""{"model":"{{model}}","input":"red apples"}"""))["data"]![0]!["scores"]!;
        var answer = await served.AnswerAsync($"/models/{model}", """{"inputs":"red apples"}""");
        Assert.Equal($"[{scores.ToJsonString()}]", answer.ToJsonString());
    }

    [Fact]
    public async Task List_IsOneRowPerText()
    {
        var rows = (await served.AnswerAsync("/models/feedback", """{"inputs":["red",{"text":"blue","text_pair":"sky","lang":"en"},"green"]}""")).AsArray();
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal(3, row!.AsArray().Count));
        var pair = (await served.ClassifyAsync("""{"model":"feedback","input":{"text":"blue","text_pair":"sky"}}"""))["data"]![0]!;
        Assert.Equal((string)pair["label"]!, (string)rows[1]![0]!["label"]!);
        Assert.Equal((float)pair["score"]!, (float)rows[1]![0]!["score"]!, 1e-5f);
    }

    [Theory]
    [InlineData("feedback:1")]
    [InlineData("feedback%3A1")]
    [InlineData("feedback@latest")]
    [InlineData("feedback%40latest")]
    public async Task Model_IsAnyAddress_PercentEncodedOrNot(string model) =>
        Assert.Single((await served.AnswerAsync("/models/" + model, """{"inputs":"red"}""")).AsArray());

    [Fact]
    public async Task TopK_CutsEveryRow_AndMoreThanAllIsAll()
    {
        var two = await served.AnswerAsync("/models/feedback", """{"inputs":["red","blue"],"parameters":{"top_k":2}}""");
        Assert.All(two.AsArray(), row => Assert.Equal(2, row!.AsArray().Count));
        var all = await served.AnswerAsync("/models/feedback", """{"inputs":"red","parameters":{"top_k":99}}""");
        Assert.Equal(3, all[0]!.AsArray().Count);
    }

    [Fact]
    public async Task FunctionToApply_ReplacesTheModelsOwn()
    {
        async Task<float[]> ScoresAsync(string model, string function) =>
            [.. (await served.AnswerAsync($"/models/{model}", """{"inputs":"red","parameters":{"function_to_apply":FUNCTION}}""".Replace("FUNCTION", function, StringComparison.Ordinal)))[0]!
                .AsArray().Select(score => (float)score!["score"]!)];

        var logits = await ScoresAsync("feedback", "\"none\"");
        Assert.Equal(logits.OrderDescending(), logits);
        var raw = (await served.ClassifyAsync("""{"model":"feedback","input":"red","raw_scores":true}"""))["data"]![0]!["scores"]!.AsArray();
        Assert.Equal(raw.Select(score => (float)score!["score"]!), logits);
        Assert.Equal(await ScoresAsync("feedback", "null"), await ScoresAsync("feedback", "\"softmax\""));
        Assert.Equal(logits.Select(logit => 1 / (1 + Math.Exp(-logit))), (await ScoresAsync("feedback", "\"sigmoid\"")).Select(score => (double)score), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(await ScoresAsync("multi", "null"), await ScoresAsync("multi", "\"SIGMOID\""));
        Assert.Equal(1, (await ScoresAsync("multi", "\"softmax\"")).Sum(), 1e-5f);
    }

    [Fact]
    public async Task UnknownKeys_MeanNothing()
    {
        var answer = await served.AnswerAsync(
            "/models/feedback", """{"inputs":"red","options":{"wait_for_model":true},"model":"other","parameters":{"top_k":1,"candidate_labels":["a"]}}""");
        Assert.Single(answer[0]!.AsArray());
        Assert.Equal(["label", "score"], answer[0]![0]!.AsObject().Select(member => member.Key));
    }

    [Theory]
    [InlineData("nothing", """{"inputs":"red"}""", 404, "model_not_found")]
    [InlineData("org/name", """{"inputs":"red"}""", 404, "model_not_found")]
    [InlineData("org%2Fname", """{"inputs":"red"}""", 404, "model_not_found")]
    [InlineData("", """{"inputs":"red"}""", 404, "model_not_found")]
    [InlineData("mlp", """{"inputs":"red"}""", 422, "model_not_servable")]
    [InlineData("bare", """{"inputs":"red"}""", 422, "model_not_servable")]
    [InlineData("plain", """{"inputs":null}""", 400, "invalid_value")]
    [InlineData("plain", """{"inputs":7}""", 400, "invalid_value")]
    [InlineData("plain", """{"inputs":[["red"]]}""", 400, "invalid_value")]
    [InlineData("plain", """{}""", 400, "missing_parameter")]
    [InlineData("plain", """{"inputs":"red","parameters":{"top_k":0}}""", 400, "invalid_value")]
    [InlineData("plain", """{"inputs":"red","parameters":{"top_k":"2"}}""", 400, "invalid_value")]
    [InlineData("plain", """{"inputs":"red","parameters":{"function_to_apply":"relu"}}""", 400, "invalid_value")]
    [InlineData("plain", "{", 400, "invalid_json")]
    public async Task Refusals_AreStrings(string model, string body, int status, string code) =>
        await Problems.AssertTextAsync(await served.PostToAsync("/models/" + model, body), status, code, "Validation");

    [Fact]
    public async Task RefusedValue_NamesTheWordsThatAreTaken()
    {
        var problem = await Problems.AssertAsync(
            await served.PostToAsync("/models/plain", """{"inputs":"red","parameters":{"function_to_apply":"relu"}}"""), 400, "invalid_value");
        Assert.Equal("'parameters.function_to_apply' must be \"softmax\" or \"sigmoid\" or \"none\".", (string)problem["detail"]!);
    }

    [Fact]
    public async Task EmptyText_RefusesTheRequest_AndSaysWhich()
    {
        await Problems.AssertTextAsync(await served.PostToAsync("/models/plain", """{"inputs":" "}"""), 422, "text_empty", "Empty");
        await Problems.AssertTextAsync(await served.PostToAsync("/models/plain", """{"inputs":[]}"""), 400, "input_empty", "Empty");
        using var response = await served.PostToAsync("/models/plain", """{"inputs":["red",""]}""");
        Assert.StartsWith("'inputs[1]': ", (string)(await Problems.AssertAsync(response, 422, "text_empty"))["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreThanAThousandTexts_Are413()
    {
        static string Body(int texts) => new JsonObject { ["inputs"] = new JsonArray([.. Enumerable.Repeat("red", texts).Select(text => JsonValue.Create(text))]) }.ToJsonString();
        await Problems.AssertTextAsync(await served.PostToAsync("/models/plain", Body(1001)), 413, "too_many_items", "Validation");
        Assert.Equal(1000, (await served.AnswerAsync("/models/plain", Body(1000))).AsArray().Count);
    }
}
