using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests.Features.Classify;

[Collection(nameof(ServedModels))]
public sealed class ClassifyTests(ServedModels served)
{
    private static readonly string[] PlainItem = ["index", "label", "score", "scores", "abstained", "rounds", "exit", "tokens", "truncated"];

    [Fact]
    public async Task SingleText_IsAnsweredInTheDocumentedShape()
    {
        var answer = await served.ClassifyAsync("""{"model":"plain","input":"red apples"}""");
        Assert.Equal(["id", "object", "model", "created_at", "data", "usage"], Keys(answer));
        Assert.Matches("^cls_[a-z0-9]{24}$", (string)answer["id"]!);
        Assert.Equal("classification", (string)answer["object"]!);
        Assert.Equal("plain:1", (string)answer["model"]!);
        Assert.True((long)answer["created_at"]! > 1_700_000_000);
        var item = Assert.Single(answer["data"]!.AsArray())!.AsObject();
        Assert.Equal(PlainItem, Keys(item));
        var scores = item["scores"]!.AsArray();
        Assert.Equal(["label", "score"], Keys(scores[0]!));
        Assert.Equal(["blue", "green", "red"], scores.Select(score => (string)score!["label"]!).Order());
        Assert.Equal(scores.Select(score => (float)score!["score"]!).OrderDescending(), scores.Select(score => (float)score!["score"]!));
        Assert.Equal(1, scores.Sum(score => (float)score!["score"]!), 1e-5f);
        Assert.Equal((string)scores[0]!["label"]!, (string)item["label"]!);
        Assert.Equal((float)scores[0]!["score"]!, (float)item["score"]!);
        // Singles are written as singles: no digits that the model never computed.
        Assert.InRange(item["score"]!.ToJsonString().Length, 3, 12);
        Assert.Equal((0, 0, "none", false, false), ((int)item["index"]!, (int)item["rounds"]!, (string)item["exit"]!, (bool)item["truncated"]!, (bool)item["abstained"]!));
        Assert.Equal(["texts", "tokens"], Keys(answer["usage"]!));
        Assert.Equal((1, (int)item["tokens"]!), ((int)answer["usage"]!["texts"]!, (int)answer["usage"]!["tokens"]!));
    }

    [Fact]
    public async Task List_IsAnsweredInOrder_AsEachTextByItself()
    {
        string[] texts = ["\"red\"", """{"text":"green apples"}""", """{"text":"blue","text_pair":"sky"}""", """{"text":"red","text_pair":null}""", "\"新闻 😀\""];
        var data = (await served.ClassifyAsync($$"""{"model":"feedback","input":[{{string.Join(',', texts)}}]}"""))["data"]!.AsArray();
        Assert.Equal([0, 1, 2, 3, 4], data.Select(item => (int)item!["index"]!));
        for (var i = 0; i < texts.Length; i++)
        {
            var single = (await served.ClassifyAsync($$"""{"model":"feedback:1","input":{{texts[i]}}}"""))["data"]![0]!;
            Assert.Equal((string)single["label"]!, (string)data[i]!["label"]!);
            Assert.Equal((float)single["score"]!, (float)data[i]!["score"]!, 1e-5f);
            Assert.Equal(2, (int)data[i]!["rounds"]!);
        }

        Assert.Equal((float)data[0]!["score"]!, (float)data[3]!["score"]!, 1e-5f);
    }

    [Theory]
    [InlineData("wait=0", 504)]
    [InlineData("handling=lenient, Wait = 0", 504)]
    [InlineData("wait=600", 200)]
    [InlineData("wait=soon", 200)]
    [InlineData("respond-async, wait=0", 202)]
    public async Task CallerThatWaitsNoLonger_GetsNoAnswerTooLate(string prefer, int status)
    {
        using var client = served.Api.NewClient();
        foreach (var (path, body) in new[] { ("/v1/classify", """{"model":"feedback","input":"red"}"""), ("/models/feedback", """{"inputs":"red"}""") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("Prefer", prefer);

            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

            var expected = status == 202 && path != "/v1/classify" ? 200 : status;
            Assert.Equal(expected, (int)response.StatusCode);
            if (expected == 504)
            {
                Assert.Contains("deadline_exceeded", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task BadTextsOfAList_CarryTheirOwnErrors()
    {
        var longText = string.Join(' ', Enumerable.Repeat("blue", 40));
        var answer = await served.ClassifyAsync($$"""{"model":"attending","input":["red"," ","{{longText}}",{"text":"","text_pair":""}],"truncate":false}""");
        var data = answer["data"]!.AsArray();
        Assert.Equal(["index", "error"], Keys(data[1]!));
        Assert.Equal(["code", "message"], Keys(data[1]!["error"]!));
        Assert.Equal([null, "text_empty", "text_too_long", "text_empty"], data.Select(item => (string?)item!["error"]?["code"]));
        Assert.Contains("42", (string)data[2]!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal((1, (int)data[0]!["tokens"]!), ((int)answer["usage"]!["texts"]!, (int)answer["usage"]!["tokens"]!));
        var cut = (await served.ClassifyAsync($$"""{"model":"attending","input":"{{longText}}"}"""))["data"]![0]!;
        Assert.Equal((true, 32), ((bool)cut["truncated"]!, (int)cut["tokens"]!));
    }

    [Fact]
    public async Task LongPair_KeepsPartOfBothTexts()
    {
        var (first, second) = (string.Join(' ', Enumerable.Repeat("blue", 40)), string.Join(' ', Enumerable.Repeat("green", 60)));
        var answer = await served.ClassifyAsync($$$"""{"model":"attending","input":{"text":"{{{first}}}","text_pair":"{{{second}}}"},"explain":true}""");
        var item = answer["data"]![0]!;
        Assert.Equal((true, 32), ((bool)item["truncated"]!, (int)item["tokens"]!));
        var tokens = item["explanation"]!["tokens"]!.AsArray();
        Assert.Equal((15, 14), (tokens.Count(token => (string)token!["text"]! == "blue" && token["pair"] is null), tokens.Count(token => (string)token!["text"]! == "green" && (bool)token["pair"]!)));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" \\n\"")]
    [InlineData("""{"text":"","text_pair":" "}""")]
    public async Task SingleEmptyText_Is422(string input) =>
        await Problems.AssertAsync(await served.PostAsync($$"""{"model":"plain","input":{{input}}}"""), 422, "text_empty", "input");

    [Fact]
    public async Task SingleTextOverTheLimit_Is422_WhenItMayNotBeCut() =>
        await Problems.AssertAsync(
            await served.PostAsync($$"""{"model":"attending","input":"{{string.Join(' ', Enumerable.Repeat("blue", 40))}}","truncate":false}"""), 422, "text_too_long", "input");

    [Theory]
    [InlineData("nothing")]
    [InlineData("plain:2")]
    [InlineData("plain@production")]
    [InlineData("")]
    [InlineData("../plain")]
    [InlineData("ftjob-aaaaaaaaaaaaaaaaaaaaaaaa:step-1")]
    public async Task UnknownModel_Is404(string model) =>
        await Problems.AssertAsync(await served.PostAsync($$"""{"model":"{{model}}","input":"red"}"""), 404, "model_not_found", "model");

    [Theory]
    [InlineData("mlp")]
    [InlineData("bare")]
    public async Task WhatCannotClassify_Is422(string model) =>
        await Problems.AssertAsync(await served.PostAsync($$"""{"model":"{{model}}","input":"red"}"""), 422, "model_not_servable", "model");

    [Theory]
    [InlineData("\"top_k\":0", "top_k")]
    [InlineData("\"top_k\":-1", "top_k")]
    [InlineData("\"threshold\":-0.1", "threshold")]
    [InlineData("\"threshold\":1.1", "threshold")]
    [InlineData("\"max_rounds\":-1", "max_rounds")]
    [InlineData("\"exit_threshold\":0", "exit_threshold")]
    [InlineData("\"exit_threshold\":1.01", "exit_threshold")]
    [InlineData("\"exit_change\":0", "exit_change")]
    [InlineData("\"exit_change\":2.01", "exit_change")]
    public async Task ValueOutOfRange_Is400NamingTheField(string member, string param)
    {
        var problem = await Problems.AssertAsync(await served.PostAsync($$"""{"model":"plain","input":"red",{{member}}}"""), 400, "invalid_value", param);
        Assert.Equal([param], Keys(problem["errors"]!));
    }

    [Fact]
    public async Task SeveralValuesOutOfRange_AreAllListed()
    {
        var problem = await Problems.AssertAsync(
            await served.PostAsync("""{"model":"plain","input":"red","top_k":0,"threshold":2,"max_rounds":-1,"exit_threshold":0,"exit_change":0}"""), 400, "invalid_value", "top_k");
        Assert.Equal(["top_k", "threshold", "max_rounds", "exit_threshold", "exit_change"], Keys(problem["errors"]!));
    }

    [Theory]
    [InlineData("""{"model":"plain","input":[]}""", "input")]
    [InlineData("""{"model":"plain","input":null}""", "input")]
    [InlineData("""{"model":"plain","input":7}""", "input")]
    [InlineData("""{"model":"plain","input":true}""", "input")]
    [InlineData("""{"model":"plain","input":[7]}""", "input")]
    [InlineData("""{"model":"plain","input":[null]}""", "input")]
    [InlineData("""{"model":"plain","input":[["red"]]}""", "input")]
    [InlineData("""{"model":"plain","input":{}}""", "input")]
    [InlineData("""{"model":"plain","input":{"text_pair":"red"}}""", "input")]
    [InlineData("""{"model":"plain","input":{"text":null}}""", "input")]
    [InlineData("""{"model":"plain","input":{"text":["red"]}}""", "input")]
    [InlineData("""{"model":"plain","input":{"text":"red","tekst":{"a":[1]}}}""", "input.tekst")]
    [InlineData("""{"model":"plain","input":{"text":"red","text":"blue"}}""", "input.text")]
    [InlineData("""{"model":"plain","input":"red","input":"blue"}""", "input")]
    [InlineData("""{"model":"plain"}""", "input")]
    [InlineData("""{"input":"red"}""", "model")]
    [InlineData("""{"model":null,"input":"red"}""", "model")]
    [InlineData("""{"model":7,"input":"red"}""", "model")]
    [InlineData("""{"model":"plain","input":"red","topk":3}""", "topk")]
    [InlineData("""{"model":"plain","input":"red","top_k":"3"}""", "top_k")]
    [InlineData("""{"model":"plain","input":"red","top_k":1.5}""", "top_k")]
    [InlineData("""{"model":"plain","input":"red","top_k":99999999999}""", "top_k")]
    [InlineData("""{"model":"plain","input":"red","threshold":"0.5"}""", "threshold")]
    [InlineData("""{"model":"plain","input":"red","threshold":1e999}""", "threshold")]
    [InlineData("""{"model":"plain","input":"red","explain":"true"}""", "explain")]
    [InlineData("""{"model":"plain","input":"\ud800"}""", "input")]
    [InlineData("""{"model":"plain","input":"red"} x""", null)]
    [InlineData("""{"model":"plain","input":"red""", null)]
    [InlineData("""{"model":"plain","input":NaN}""", null)]
    [InlineData("""["plain","red"]""", null)]
    [InlineData("null", null)]
    [InlineData("", null)]
    public async Task MalformedBody_Is400NamingThePlace(string body, string? param) =>
        await Problems.AssertAsync(await served.PostAsync(body), 400, null, param);

    [Fact]
    public async Task DeeplyNestedBody_Is400()
    {
        var brackets = new string('[', 50_000);
        await Problems.AssertAsync(await served.PostAsync(brackets), 400, null, null);
        using var nested = await served.PostAsync($$"""{"model":"plain","input":{{brackets}}""");
        Assert.Equal(400, (int)nested.StatusCode);
    }

    [Fact]
    public async Task MoreThanAThousandTexts_Are413_AndAThousandAreAnswered()
    {
        static string Body(int texts) => $$"""{"model":"plain","input":[{{string.Join(',', Enumerable.Repeat("\"red\"", texts))}}],"top_k":1}""";
        await Problems.AssertAsync(await served.PostAsync(Body(1001)), 413, "too_many_items", "input");
        var answer = await served.ClassifyAsync(Body(1000));
        Assert.Equal(Enumerable.Range(0, 1000), answer["data"]!.AsArray().Select(item => (int)item!["index"]!));
    }

    [Fact]
    public async Task ThousandLongTexts_FitIntoABody()
    {
        var text = new string('x', 3 * 1024);
        var answer = await served.ClassifyAsync($$"""{"model":"plain","input":[{{string.Join(',', Enumerable.Repeat($"\"{text}\"", 1000))}}]}""");
        Assert.Equal(1000, answer["data"]!.AsArray().Count);
        Assert.NotNull((string?)answer["data"]![999]!["label"]);
    }

    [Fact]
    public async Task OddCharacters_AreTextLikeAnyOther()
    {
        var answer = await served.ClassifyAsync("""{"model":"plain","input":["\u0000","\u202e\ufeff","\ud83d\ude00","a\u0000b"],"explain":true}""");
        Assert.All(answer["data"]!.AsArray(), item => Assert.NotNull((string?)item!["label"] ?? (string?)item["error"]?["code"]));
    }

    [Fact]
    public async Task Threshold_MakesTheAnswerAbstain_WithANullLabel()
    {
        var item = (await served.ClassifyAsync("""{"model":"plain","input":"red","threshold":1}"""))["data"]![0]!.AsObject();
        Assert.Equal(PlainItem, Keys(item));
        Assert.Null(item["label"]);
        Assert.True((bool)item["abstained"]!);
    }

    [Fact]
    public async Task MultiLabelModel_ListsItsLabels()
    {
        var item = (await served.ClassifyAsync("""{"model":"multi","input":"red"}"""))["data"]![0]!.AsObject();
        Assert.Equal(["index", "label", "score", "labels", "scores", "abstained", "rounds", "exit", "tokens", "truncated"], Keys(item));
        Assert.Equal(["blue", "red"], item["labels"]!.AsArray().Select(label => (string)label!).Order());
    }

    [Fact]
    public async Task TopK_RawScoresAndRounds_AreHonoured()
    {
        var item = (await served.ClassifyAsync("""{"model":"feedback","input":"red","top_k":2,"raw_scores":true,"max_rounds":1}"""))["data"]![0]!;
        Assert.Equal(2, item["scores"]!.AsArray().Count);
        Assert.Equal((1, "max_rounds"), ((int)item["rounds"]!, (string)item["exit"]!));
        var settled = (await served.ClassifyAsync("""{"model":"feedback","input":"red","exit_threshold":0.01,"max_rounds":99}"""))["data"]![0]!;
        Assert.Equal((0, "settled"), ((int)settled["rounds"]!, (string)settled["exit"]!));
        Assert.NotEqual((float)settled["score"]!, (float)item["score"]!);
    }

    [Fact]
    public async Task ExitChange_EndsTheRoundsOnceTwoInARowAgree()
    {
        const string input = """["red","green","blue","apples","sky","a red sky"]""";
        async Task<IReadOnlyList<JsonNode>> AnswersAsync(string option) =>
            [.. (await served.ClassifyAsync($$"""{"model":"feedback","input":{{input}},{{option}}}"""))["data"]!.AsArray().Select(item => item!)];
        static (int Rounds, string Exit) Ending(JsonNode item) => ((int)item["rounds"]!, (string)item["exit"]!);
        static string Label(JsonNode item, int round) => (string)item["trace"]![round]!["scores"]![0]!["label"]!;

        // The weights are drawn anew for every run, so which texts settle is read from what the rounds said.
        var whole = await AnswersAsync("\"explain\":true");

        Assert.Equal(
            whole.Select(item => Label(item, 0) == Label(item, 1) ? (1, "settled") : (2, "none")),
            (await AnswersAsync("\"exit_change\":2")).Select(Ending));
        Assert.All(await AnswersAsync("\"exit_change\":1e-12"), item => Assert.Equal((2, "none"), Ending(item)));
    }

    [Fact]
    public async Task Explain_ReportsEveryRound_AndPointsIntoTheText()
    {
        const string text = "red 😀 apples";
        var item = (await served.ClassifyAsync($$"""{"model":"attending","input":{"text":"{{text}}","text_pair":"blue sky"},"explain":true}"""))["data"]![0]!.AsObject();
        Assert.Equal([.. PlainItem, "trace", "explanation"], Keys(item));
        var trace = item["trace"]!.AsArray();
        Assert.Equal([0, 1, 2], trace.Select(round => (int)round!["round"]!));
        Assert.Equal(["round", "scores", "entropy"], Keys(trace[0]!));
        Assert.Equal(["round", "scores", "entropy", "attention", "gate_mean"], Keys(trace[1]!));
        Assert.Equal((int)item["tokens"]!, trace[1]!["attention"]!.AsArray().Count);
        var tokens = item["explanation"]!["tokens"]!.AsArray();
        Assert.Equal("feedback_attention", (string)item["explanation"]!["method"]!);
        Assert.All(tokens, token =>
        {
            var source = (bool?)token!["pair"] == true ? "blue sky" : text;
            Assert.Equal(source[(int)token["start"]!..(int)token["end"]!], (string)token["text"]!);
        });
        Assert.Equal(["apples", "blue", "red", "sky"], tokens.Select(token => (string)token!["text"]!).Where(word => word.All(char.IsAsciiLetter)).Order());
        Assert.Equal(tokens.Select(token => (float)token!["weight"]!).OrderDescending(), tokens.Select(token => (float)token!["weight"]!));
    }

    private static IEnumerable<string> Keys(JsonNode node) => node.AsObject().Select(member => member.Key);
}
