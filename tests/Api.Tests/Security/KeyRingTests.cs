using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Tests.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Security;

public sealed class KeyRingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_AreReadOnceASecond_AndAtOnceWhenOneIsChangedHere()
    {
        await using var storage = await TestStorage.CreateAsync();
        var contexts = new CountingContexts(storage);
        using var ring = new KeyRing(contexts, storage.Clock);
        await ring.KeysAsync(Cancel);
        await ring.KeysAsync(Cancel);
        Assert.Equal(1, contexts.Opened);
        storage.Clock.Advance(KeyRing.Freshness);
        await ring.KeysAsync(Cancel);
        Assert.Equal(2, contexts.Opened);
        ring.Forget();
        await ring.KeysAsync(Cancel);
        Assert.Equal(3, contexts.Opened);
    }

    [Fact]
    public async Task ChangeDuringReading_IsSeenByTheNextRequest()
    {
        await using var storage = await TestStorage.CreateAsync();
        var contexts = new CountingContexts(storage);
        using var ring = new KeyRing(contexts, storage.Clock);
        contexts.Opening = ring.Forget;
        await ring.KeysAsync(Cancel);
        contexts.Opening = null;
        await ring.KeysAsync(Cancel);
        Assert.Equal(2, contexts.Opened);
    }

    private sealed class CountingContexts(TestStorage storage) : IDbContextFactory<AppDbContext>
    {
        public int Opened { get; private set; }

        public Action? Opening { get; set; }

        public AppDbContext CreateDbContext()
        {
            Opened++;
            Opening?.Invoke();
            return storage.CreateDbContext();
        }
    }
}
