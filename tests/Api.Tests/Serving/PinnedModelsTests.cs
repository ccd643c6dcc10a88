using System.Net.Sockets;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Tests.Observability;
using Npgsql;

namespace FeedbackService.Api.Tests.Serving;

public sealed class PinnedModelsTests
{
    private const string Gauge = "feedbackservice_models_pinned";
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PinnedModels_AreLoadedAndWarmed_AndStayWhateverTheLimit()
    {
        await using var bench = await CreateAsync("news; tickets:1;news");
        await bench.PublishAsync("news");
        await bench.PublishAsync("tickets");
        await bench.PublishAsync("tickets");
        Assert.True(bench.Pinned.Any);

        await bench.Pinned.LookAfterAsync(Cancel);

        var scrape = await Scrape.TakeAsync(bench.Serving.Registry);
        Assert.Equal(2, scrape[Gauge]);
        // A busy machine may have no patience left for a text that nobody waits for.
        Assert.Equal(2, new[] { "answered", "cancelled" }.Sum(outcome => scrape[$$"""feedbackservice_classify_requests_total{priority="background",outcome="{{outcome}}"}"""]));
        await UseAnotherAsync(bench);
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news:1")));
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("tickets:1")));
        Assert.Equal(["'news' is pinned: news:1 stays in memory", "'tickets:1' is pinned: tickets:1 stays in memory"], bench.PinnedLog.Of(LogLevel.Information));
    }

    [Fact]
    public async Task MovedAlias_IsFollowed_AndTheOldModelHeldUntilTheNewOneIs()
    {
        await using var bench = await CreateAsync("news");
        await bench.PublishAsync("news");
        await bench.PublishAsync("news");
        await bench.MoveAsync("news", 1);
        await bench.Pinned.LookAfterAsync(Cancel);
        var (old, latest) = (await bench.FindAsync("news:1"), await bench.FindAsync("news:2"));

        await bench.MoveAsync("news", 2);
        await UseAnotherAsync(bench);
        Assert.True(bench.Serving.Cache.Holds(old));
        await bench.Pinned.LookAfterAsync(Cancel);
        await UseAnotherAsync(bench);

        Assert.False(bench.Serving.Cache.Holds(old));
        Assert.True(bench.Serving.Cache.Holds(latest));
        Assert.Equal(1, (await Scrape.TakeAsync(bench.Serving.Registry))[Gauge]);
    }

    [Fact]
    public async Task NewerVersion_IsFollowedWhereItIsMeant()
    {
        await using var bench = await CreateAsync("news@latest;news:1");
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        await bench.PublishAsync("news");
        await bench.Routes.SettleAsync("news", Cancel);
        await bench.Pinned.LookAfterAsync(Cancel);
        await UseAnotherAsync(bench);
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news:2")));
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news:1")));
    }

    [Fact]
    public async Task NewVersionThatIsDamaged_LeavesTheOldOneHeld()
    {
        await using var bench = await CreateAsync("news");
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        var old = await bench.FindAsync("news:1");
        await DamageAsync(await bench.PublishAsync("news"));
        await bench.Routes.SettleAsync("news", Cancel);
        await bench.Pinned.LookAfterAsync(Cancel);
        await UseAnotherAsync(bench);
        Assert.True(bench.Serving.Cache.Holds(old));
        Assert.Equal(old, await bench.FindAsync("news"));
    }

    [Fact]
    public async Task ModelThatIsMissing_IsAWarningOnce_KeepsNoOtherFromBeingLoaded_AndIsLoadedWhenItComes()
    {
        await using var bench = await CreateAsync("later;news");
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        bench.Clock.Advance(AgainAfter);
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news")));
        Assert.Equal(
            "'later' is pinned, but what it means now is not in memory: There is no model 'later'. GET /v1/models lists what there is. It is tried every 30 s; put the model right, or take it out of Serving:Pinned",
            Assert.Single(bench.PinnedLog.Of(LogLevel.Warning)));

        await bench.PublishAsync("later");
        bench.Clock.Advance(AgainAfter);
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.Equal(2, (await Scrape.TakeAsync(bench.Serving.Registry))[Gauge]);
    }

    [Fact]
    public async Task DamagedModel_IsAWarning_OthersAreHeldAndAnswer_AndItIsLoadedOnceRepaired()
    {
        await using var bench = await CreateAsync("spoilt;news");
        var repair = await DamageAsync(await bench.PublishAsync("spoilt"));
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.Contains("damaged", Assert.Single(bench.PinnedLog.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news")));

        await repair();
        bench.Clock.Advance(AgainAfter);
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("spoilt")));
        Assert.Single(bench.PinnedLog.Of(LogLevel.Warning));
    }

    [Fact]
    public async Task DeletedModel_IsLetGo_WithAWarning()
    {
        await using var bench = await CreateAsync("news:1");
        await bench.PublishAsync("news");
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        var deleted = await bench.FindAsync("news:1");
        await bench.DeleteAsync("news", 1);
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.Contains("There is no model 'news:1'", Assert.Single(bench.PinnedLog.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Equal(0, (await Scrape.TakeAsync(bench.Serving.Registry))[Gauge]);
        await UseAnotherAsync(bench);
        Assert.False(bench.Serving.Cache.Holds(deleted));
    }

    [Fact]
    public async Task DatabaseAway_LeavesPinnedModelsHeld_AndTheirAddressesKnown_HoweverLongNobodyAsks()
    {
        await using var bench = await CreateAsync("news");
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        bench.Fault = new NpgsqlException("away", new SocketException());
        for (var look = 0; look < 3; look++)
        {
            bench.Clock.Advance(ModelRoutes.KeptIdle * 0.9);
            await bench.Pinned.LookAfterAsync(Cancel);
            bench.Routes.LookAfter();
        }

        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news")));
        Assert.Empty(bench.PinnedLog.Of(LogLevel.Warning));
    }

    [Fact]
    public async Task DatabaseAwayAtTheStart_IsAWarning_AndTriedAgain()
    {
        await using var bench = await CreateAsync("news");
        await bench.PublishAsync("news");
        bench.Fault = new NpgsqlException("away", new SocketException());
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.Single(bench.PinnedLog.Of(LogLevel.Warning));
        bench.Fault = null;
        bench.Clock.Advance(AgainAfter);
        await bench.Pinned.LookAfterAsync(Cancel);
        Assert.True(bench.Serving.Cache.Holds(await bench.FindAsync("news")));
    }

    [Fact]
    public async Task Dispose_LetsGo()
    {
        await using var bench = await CreateAsync("news");
        await bench.PublishAsync("news");
        await bench.Pinned.LookAfterAsync(Cancel);
        var model = await bench.FindAsync("news");
        bench.Pinned.Dispose();
        await UseAnotherAsync(bench);
        Assert.False(bench.Serving.Cache.Holds(model));
    }

    // One byte: a model that nobody holds is let go as soon as another is used.
    private static Task<RouteBench> CreateAsync(string pinned) => RouteBench.CreateAsync(new ServingOptions { Pinned = pinned, LoadedBytes = 1 });

    private static async Task UseAnotherAsync(RouteBench bench) => await bench.Serving.Engine.DescribeAsync(bench.Serving.Model("plain"), Cancel);

    private static async Task<Func<Task>> DamageAsync(string folder)
    {
        var path = Path.Combine(folder, "model.safetensors");
        var good = await File.ReadAllBytesAsync(path, Cancel);
        await File.WriteAllBytesAsync(path, [.. good[..^2], (byte)(good[^2] ^ 1), good[^1]], Cancel);
        return () => File.WriteAllBytesAsync(path, good, Cancel);
    }
}
