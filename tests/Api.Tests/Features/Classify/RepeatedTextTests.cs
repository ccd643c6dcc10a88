using System.Text.Json.Nodes;
using FeedbackService.Api.Serving;
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
        Assert.Equal(0, scrape["feedbackservice_cached_texts"]);
    }

    [Fact]
    public async Task CachedTexts_AreAnsweredAlike_FollowTheAlias_AndEndWithTheirVersion()
    {
        await using var api = new ApiFixture { MoreServices = services => services.Configure<ServingOptions>(options => options.CachedTexts = 100) };
        using var http = api.NewClient();
        using var swap = new SwapClient(api.NewClient());
        await SwapClient.RegisterAsync(api.Services, "news");
        var first = await AskAsync(http, "news", "red", "blue sky");
        var again = await AskAsync(http, "news@production", "red", "blue sky");
        Assert.NotEqual((string)first["id"]!, (string)again["id"]!);
        Assert.Equal(("news:1", first["data"]!.ToJsonString(), first["usage"]!.ToJsonString()), ((string)again["model"]!, again["data"]!.ToJsonString(), again["usage"]!.ToJsonString()));
        var scrape = await Scrape.TakeAsync(http);
        Assert.Equal(2, scrape["""feedbackservice_model_texts_total{model="news",version="1"}"""]);
        Assert.Equal(2, scrape["""feedbackservice_model_cache_lookups_total{model="news",version="1",result="hit"}"""]);
        Assert.Equal(2, scrape["feedbackservice_cached_texts"]);

        // The rules of a request are applied to what is kept.
        var strict = await ApiFixture.ReadAsync(await http.PostAsJsonAsync("/v1/classify", new { model = "news", input = "red", threshold = 1, top_k = 1, raw_scores = true }, Cancel));
        Assert.True((bool)strict["data"]![0]!["abstained"]!);
        Assert.Single(strict["data"]![0]!["scores"]!.AsArray());

        await ApiFixture.ReadAsync(await swap.MoveAsync("news", 2));
        Assert.Equal("news:2", (string)(await AskAsync(http, "news", "red", "blue sky"))["model"]!);
        await ApiFixture.ReadAsync(await http.DeleteAsync("/v1/registry/models/news/versions/1", Cancel));
        await Problems.AssertAsync(await http.PostAsJsonAsync("/v1/classify", new { model = "news:1", input = "red" }, Cancel), 404, "model_not_found", "model");
    }

    private static async Task<JsonObject> AskAsync(HttpClient http, string model, params string[] texts) =>
        await ApiFixture.ReadAsync(await http.PostAsJsonAsync("/v1/classify", new { model, input = texts }, Cancel));
}
