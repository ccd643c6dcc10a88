using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Api.Tests.Serving;

namespace FeedbackService.Api.Tests.Features.Classify;

public sealed class RepeatedTextTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EqualTextsOfAList_AreAnsweredEach_AndComputedOnce()
    {
        await using var api = new ApiFixture();
        using var http = api.NewClient();
        await SwapClient.RegisterAsync(api.Services, "news");
        var answer = await AskAsync(http, "news", "red", "blue sky", "red", "red");
        var items = answer["data"]!.AsArray();
        Assert.Equal([0, 1, 2, 3], items.Select(item => (int)item!["index"]!));
        Assert.All([2, 3], index => Assert.Equal(items[0]!["scores"]!.ToJsonString(), items[index]!["scores"]!.ToJsonString()));
        Assert.Equal(items.Sum(item => (int)item!["tokens"]!), (int)answer["usage"]!["tokens"]!);
        var scrape = await Scrape.TakeAsync(http);
        Assert.Equal(2, scrape["""feedbackservice_model_texts_total{model="news",version="1"}"""]);
        Assert.Equal(2, scrape["""feedbackservice_model_shared_texts_total{model="news",version="1"}"""]);
    }

    private static async Task<JsonObject> AskAsync(HttpClient http, string model, params string[] texts) =>
        await ApiFixture.ReadAsync(await http.PostAsJsonAsync("/v1/classify", new { model, input = texts }, Cancel));
}
