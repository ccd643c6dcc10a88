using FeedbackService.Api.Tests.Observability;

namespace FeedbackService.Api.Tests.Serving;

public sealed class HotSwapTests
{
    private const int Moves = 50;
    private const int Clients = 16;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AliasMovedUnderLoad_LosesNoRequest_MixesNoVersions_AndIsSeenByWhoeverMovedIt()
    {
        await using var api = new ApiFixture();
        using var mover = new SwapClient(api.NewClient());
        await SwapClient.RegisterAsync(api.Services, "news");
        var ended = false;
        var load = Enumerable.Range(0, Clients).Select(index => Task.Run(
            async () =>
            {
                using var client = new SwapClient(api.NewClient());
                var asked = 0;
                while (!Volatile.Read(ref ended))
                {
                    await client.AskAsync(index % 2 == 0 ? "news" : "news@production");
                    asked++;
                }
                return asked;
            },
            Cancel)).ToArray();
        for (var move = 1; move <= Moves; move++)
        {
            var version = 1 + (move % 2);
            await ApiFixture.ReadAsync(await mover.MoveAsync("news", version));
            Assert.Equal(version, await mover.AskAsync("news"));
            Assert.Equal(version, await mover.AskAsync("news@production"));
        }

        Volatile.Write(ref ended, true);
        var answered = (await Task.WhenAll(load)).Sum();
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} requests answered during {Moves} moves");
        Assert.True(answered > Moves);
        using var plain = api.NewClient();
        var scrape = await Scrape.TakeAsync(plain);
        Assert.Equal(2, scrape["feedbackservice_model_routes"]);
        Assert.InRange(scrape["""feedbackservice_model_exchanges_total{outcome="exchanged"}"""], Moves, 2 * Moves);
    }

    [Fact]
    public async Task RollbackAndRemoval_AreSeenByTheNextRequest()
    {
        await using var api = new ApiFixture();
        using var http = api.NewClient();
        using var client = new SwapClient(api.NewClient());
        await SwapClient.RegisterAsync(api.Services, "news");
        Assert.Equal(1, await client.AskAsync("news"));
        await ApiFixture.ReadAsync(await client.MoveAsync("news", 2));
        await ApiFixture.ReadAsync(await http.PostAsync("/v1/registry/models/news/aliases/production/rollback", null, Cancel));
        Assert.Equal(1, await client.AskAsync("news"));
        Assert.Equal(1, await client.AskAsync("news:1"));
        await ApiFixture.ReadAsync(await http.DeleteAsync("/v1/registry/models/news/aliases/production", Cancel));
        Assert.Equal(2, await client.AskAsync("news"));
        await ApiFixture.ReadAsync(await http.DeleteAsync("/v1/registry/models/news/versions/1", Cancel));
        await Problems.AssertAsync(await client.SendAsync("news:1"), 404, "model_not_found", "model");
        await Problems.AssertAsync(await client.SendAsync("news@production"), 404, "model_not_found", "model");
    }
}
