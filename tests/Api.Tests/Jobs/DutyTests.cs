using FeedbackService.Api.Jobs;
using FeedbackService.Api.Tests.Storage;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class DutyTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Duty_IsOneProcesss_AndRenewedByIt()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (one, other) = (Of(storage, "one"), Of(storage, "other"));
        Assert.True(await one.TryTakeAsync("sweep", Long, None));
        Assert.False(await other.TryTakeAsync("sweep", Long, None));
        Assert.True(await one.TryTakeAsync("sweep", Long, None));
        Assert.True(await other.TryTakeAsync("another", Long, None));
    }

    [Fact]
    public async Task Duty_WhoseTimeIsOver_IsAnothers()
    {
        await using var storage = await TestStorage.CreateAsync();
        var (one, other) = (Of(storage, "one"), Of(storage, "other"));
        Assert.True(await one.TryTakeAsync("sweep", TimeSpan.Zero, None));
        storage.Clock.Advance(TimeSpan.FromMicroseconds(1));
        Assert.True(await other.TryTakeAsync("sweep", Long, None));
        Assert.False(await one.TryTakeAsync("sweep", Long, None));
    }

    [Fact]
    public async Task ManyWhoAskAtOnce_GetItOnce()
    {
        await using var storage = await TestStorage.CreateAsync();
        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => Of(storage, $"process-{i}").TryTakeAsync("sweep", Long, None))));
        Assert.Single(taken, got => got);
    }

    private static Duties Of(TestStorage storage, string owner) => new(storage, new WorkerIdentity(owner), storage.Clock);
}
