using System.Net.Sockets;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving;
using FeedbackService.Testing;
using Npgsql;

namespace FeedbackService.Api.Tests.Serving;

public sealed class ModelRoutesTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KnownAddress_IsAnsweredWithoutAskingTheRegistry()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        var first = await bench.FindAsync("news");
        Assert.Same(first, await bench.FindAsync("news"));
        Assert.Equal(1, bench.Asked);
    }

    [Fact]
    public async Task DatabaseAway_LeavesKnownAddressesAnswered_AlsoAfterAChange()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        await bench.PublishAsync("news");
        await bench.MoveAsync("news", 1);
        Assert.Equal("news:1", (await bench.FindAsync("news")).Address);
        bench.Fault = new NpgsqlException("away", new SocketException());
        await bench.MoveAsync("news", 2);
        Assert.Equal("news:1", (await bench.FindAsync("news")).Address);
        await Assert.ThrowsAsync<NpgsqlException>(() => bench.FindAsync("news:2"));

        bench.Fault = null;
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        bench.Routes.LookAfter();
        await HoldsAsync(async () => (await bench.FindAsync("news")).Address == "news:2");
    }

    [Fact]
    public async Task MovedAlias_IsAnsweredByTheNewModel_WhichIsLoaded()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        await bench.PublishAsync("news");
        await bench.MoveAsync("news", 1);
        var (old, byAlias, latest) = (await bench.FindAsync("news"), await bench.FindAsync("news@production"), await bench.FindAsync("news@latest"));
        Assert.Equal(("news:1", "news:1", "news:2"), (old.Address, byAlias.Address, latest.Address));

        await bench.MoveAsync("news", 2);

        var asked = bench.Asked;
        var found = await bench.FindAsync("news");
        Assert.Equal(latest, found);
        Assert.Equal(latest, await bench.FindAsync("news@production"));
        Assert.Equal(asked, bench.Asked);
        Assert.True(bench.Serving.Cache.Holds(found));
    }

    [Fact]
    public async Task RequestJustAfterAChange_WaitsForTheExchange()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        Assert.Equal("news:1", (await bench.FindAsync("news")).Address);
        await bench.PublishAsync("news");
        Assert.Equal("news:2", (await bench.FindAsync("news")).Address);
    }

    [Fact]
    public async Task NewVersionThatIsDamaged_LeavesTheOldOneAnswering_UntilItIsRepaired()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        var path = Path.Combine(await bench.PublishAsync("news"), "model.safetensors");
        await bench.MoveAsync("news", 1);
        await bench.FindAsync("news");
        var good = await File.ReadAllBytesAsync(path, Cancel);
        await File.WriteAllBytesAsync(path, [.. good[..^2], (byte)(good[^2] ^ 1), good[^1]], Cancel);

        await bench.MoveAsync("news", 2);
        Assert.Equal("news:1", (await bench.FindAsync("news")).Address);
        bench.Routes.LookAfter();
        Assert.Equal("news:1", (await bench.FindAsync("news")).Address);

        await File.WriteAllBytesAsync(path, good, Cancel);
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        bench.Routes.LookAfter();
        await HoldsAsync(async () => (await bench.FindAsync("news")).Address == "news:2");
    }

    [Fact]
    public async Task DeletedVersion_IsMissing_AndNotRemembered()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        await bench.PublishAsync("news");
        await bench.FindAsync("news:1");
        await bench.DeleteAsync("news", 1);
        Assert.Equal("model_not_found", (await Assert.ThrowsAsync<ServiceException>(() => bench.FindAsync("news:1"))).Code);
        await Assert.ThrowsAsync<ServiceException>(() => bench.FindAsync("nope"));
        Assert.Equal(0, bench.Routes.Count);
    }

    [Fact]
    public async Task AddressesBeyondTheLimit_GoByWhenTheyWereLastAskedFor()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        for (var i = 0; i < ModelRoutes.MaxKept; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
            await bench.FindAsync(Spelling(i));
        }

        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await bench.FindAsync(Spelling(0));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await bench.FindAsync("news");
        var asked = bench.Asked;
        Assert.Equal(ModelRoutes.MaxKept, bench.Routes.Count);
        await bench.FindAsync(Spelling(0));
        Assert.Equal(asked, bench.Asked);
        await bench.FindAsync(Spelling(1));
        Assert.Equal(asked + 1, bench.Asked);

        // Zeros before a number do not change it.
        static string Spelling(int zeros) => "news:" + new string('0', zeros) + "1";
    }

    [Fact]
    public async Task AddressNobodyAsksFor_IsDropped_AndNothingIsLoadedForIt()
    {
        await using var bench = await RouteBench.CreateAsync();
        await bench.PublishAsync("news");
        await bench.FindAsync("news");
        bench.Clock.Advance(ModelRoutes.KeptIdle / 2);
        bench.Routes.LookAfter();
        Assert.Equal(1, bench.Routes.Count);
        bench.Clock.Advance(ModelRoutes.KeptIdle);
        bench.Routes.LookAfter();
        Assert.Equal(0, bench.Routes.Count);
    }

    [Fact]
    public async Task ModelWhoseFilesWereDropped_IsLookedUpAnew()
    {
        await using var bench = await RouteBench.CreateAsync();
        var folder = await bench.PublishAsync("news");
        await bench.FindAsync("news");
        Directory.Delete(folder, recursive: true);
        Assert.Equal("artifact_damaged", (await Assert.ThrowsAsync<ServiceException>(() => bench.FindAsync("news"))).Code);
        Assert.Equal(2, bench.Asked);
    }

    [Fact]
    public void LookThatTookLonger_NeverTakesBackWhatALaterOneFound()
    {
        var (first, second) = (new ServableModel("news:1", "a", "1"), new ServableModel("news:2", "b", "2"));
        var route = new ModelRoute("news", first, 0);
        Assert.True(route.Want(second, 1));
        Assert.False(route.Want(first, 2));
        Assert.False(route.Exchange(second));
        Assert.False(route.Want(second, 1));
        Assert.Equal((first, 2), (route.Model, route.Confirmed));
    }

    private static Task HoldsAsync(Func<Task<bool>> condition) => Eventually.HoldsAsync(_ => condition(), Deadline, () => "No exchange.", Cancel);
}
