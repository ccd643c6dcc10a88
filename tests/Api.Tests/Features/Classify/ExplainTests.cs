using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests.Features.Classify;

[Collection(nameof(ServedModels))]
public sealed class ExplainTests(ServedModels served)
{
    [Theory]
    [InlineData("plain", "", "occlusion")]
    [InlineData("multi", "", "occlusion")]
    [InlineData("plain", ",\"explain_method\":\"occlusion\"", "occlusion")]
    [InlineData("attending", "", "feedback_attention")]
    [InlineData("attending", ",\"explain_method\":null", "feedback_attention")]
    [InlineData("attending", ",\"explain_method\":\"feedback_attention\"", "feedback_attention")]
    [InlineData("attending", ",\"explain_method\":\"occlusion\"", "occlusion")]
    public async Task Method_IsTheAskedOne_OrWhatTheModelHas(string model, string method, string expected)
    {
        var item = await OneAsync($$"""{"model":"{{model}}","input":"red apples","explain":true{{method}}}""");

        Assert.Equal(expected, (string)item["explanation"]!["method"]!);
        Assert.NotEmpty(item["trace"]!.AsArray());
    }

    [Fact]
    public async Task Occlusion_WeighsEveryWord_ByThePredictionWithoutIt()
    {
        const string text = "red 😀 apples";
        var item = await OneAsync($$"""{"model":"feedback","input":{"text":"{{text}}","text_pair":"blue sky"},"explain":true,"explain_method":"occlusion"}""");

        var words = item["explanation"]!["tokens"]!.AsArray();
        Assert.Equal(["apples", "blue", "red", "sky", "😀"], words.Select(word => (string)word!["text"]!).Order(StringComparer.Ordinal));
        Assert.Equal(words.Select(word => Math.Abs((float)word!["weight"]!)).OrderDescending(), words.Select(word => Math.Abs((float)word!["weight"]!)));
        foreach (var word in words)
        {
            var pair = (bool?)word!["pair"] == true;
            var (first, second) = pair ? (text, Without("blue sky", word)) : (Without(text, word), "blue sky");
            var shortened = await OneAsync($$"""{"model":"feedback","input":{"text":"{{first}}","text_pair":"{{second}}"} }""");
            var score = shortened["scores"]!.AsArray().Single(score => (string)score!["label"]! == (string)item["label"]!)!["score"]!;

            // 1e-5: sums of a batch run in another order than those of a single text.
            Assert.Equal((float)item["score"]! - (float)score, (float)word["weight"]!, 1e-5f);
        }
    }

    [Fact]
    public async Task Occlusion_CountsWhatItReads()
    {
        var plain = await served.ClassifyAsync("""{"model":"attending","input":["red apples","sky"]}""");
        var explained = await served.ClassifyAsync("""{"model":"attending","input":["red apples","sky"],"explain":true,"explain_method":"occlusion"}""");

        // [CLS] and [SEP] beside each word: 4 + 3, and without one word each 3, 3 and 2.
        Assert.Equal((2, 7), ((int)plain["usage"]!["texts"]!, (int)plain["usage"]!["tokens"]!));
        Assert.Equal((2, 15), ((int)explained["usage"]!["texts"]!, (int)explained["usage"]!["tokens"]!));
    }

    [Fact]
    public async Task List_IsExplainedTextByText_BesideWhatIsRefused()
    {
        var longText = string.Join(' ', Enumerable.Repeat("blue", 40));
        var data = (await served.ClassifyAsync(
            $$"""{"model":"attending","input":["red"," ","{{longText}}","green sky"],"truncate":false,"explain":true,"explain_method":"occlusion"}"""))["data"]!.AsArray();

        Assert.Equal([null, "text_empty", "text_too_long", null], data.Select(item => (string?)item!["error"]?["code"]));
        Assert.Equal(["red"], Words(data[0]!));
        Assert.Equal(["green", "sky"], Words(data[3]!).Order());
    }

    [Fact]
    public async Task LongTexts_HaveNeighboursJoined()
    {
        var text = string.Join(' ', Enumerable.Repeat("blue sky", 300));
        var one = await OneAsync($$"""{"model":"plain","input":"{{text}}","explain":true}""");
        Assert.InRange(Words(one).Length, 2, 256);

        var list = await served.ClassifyAsync($$"""{"model":"plain","input":[{{string.Join(',', Enumerable.Repeat($"\"{text}\"", 32))}}],"explain":true}""");
        Assert.All(list["data"]!.AsArray(), item => Assert.InRange(Words(item!).Length, 2, 32));
    }

    [Fact]
    public async Task LongListWithoutAMethod_IsAnswered_WithItsTraceAlone()
    {
        var answer = await served.ClassifyAsync($$"""{"model":"plain","input":[{{string.Join(',', Enumerable.Repeat("\"red\"", 33))}}],"explain":true}""");
        Assert.All(answer["data"]!.AsArray(), item => Assert.Equal((1, false), (item!["trace"]!.AsArray().Count, item.AsObject().ContainsKey("explanation"))));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("attending")]
    public async Task TooManyTextsToLeaveWordsOutOf_Is413_AlsoWhenQueued(string model)
    {
        const string method = ",\"explain_method\":\"occlusion\"";
        var body = $$"""{"model":"{{model}}","input":[{{string.Join(',', Enumerable.Repeat("\"red\"", 33))}}],"explain":true{{method}}}""";
        await Problems.AssertAsync(await served.PostAsync(body), 413, "too_many_items", "input");
        await Problems.AssertAsync(await served.PostAsync(body, prefer: "respond-async"), 413, "too_many_items", "input");
    }

    [Fact]
    public async Task Attention_ExplainsAnyNumberOfTexts()
    {
        var answer = await served.ClassifyAsync($$"""{"model":"attending","input":[{{string.Join(',', Enumerable.Repeat("\"red\"", 33))}}],"explain":true}""");
        Assert.All(answer["data"]!.AsArray(), item => Assert.Equal("feedback_attention", (string)item!["explanation"]!["method"]!));
    }

    [Fact]
    public async Task Attention_OfAModelWithoutIt_Is422() => await Problems.AssertAsync(
        await served.PostAsync("""{"model":"plain","input":"red","explain":true,"explain_method":"feedback_attention"}"""), 422, "explain_method_unavailable", "explain_method");

    [Theory]
    [InlineData("\"gradient\"", true)]
    [InlineData("1", true)]
    [InlineData("[\"occlusion\"]", true)]
    [InlineData("\"occlusion\"", false)]
    public async Task BadMethod_Is400NamingIt(string method, bool explain) => await Problems.AssertAsync(
        await served.PostAsync($$"""{"model":"plain","input":"red","explain":{{(explain ? "true" : "false")}},"explain_method":{{method}}}"""), 400, "invalid_value", "explain_method");

    [Fact]
    public async Task TextWithoutAnythingToBeSeen_HasAnEmptyExplanation() =>
        Assert.Empty(Words(await OneAsync("""{"model":"plain","input":"\u202e\ufeff","explain":true}""")));

    private static string[] Words(JsonNode item) => [.. item["explanation"]!["tokens"]!.AsArray().Select(word => (string)word!["text"]!)];

    private static string Without(string text, JsonNode word) => $"{text[..(int)word["start"]!]} {text[(int)word["end"]!..]}";

    private async Task<JsonNode> OneAsync(string body) => (await served.ClassifyAsync(body))["data"]![0]!;
}
