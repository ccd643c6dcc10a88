using System.Net.Sockets;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace FeedbackService.Api.Tests.Security;

public sealed class KeyRingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_AreReadOnceASecond_AndAtOnceWhenOneIsChangedHere()
    {
        await using var storage = await TestStorage.CreateAsync();
        var contexts = new CountingContexts(storage);
        var ring = new KeyRing(contexts, storage.Clock, NullLogger<KeyRing>.Instance);
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
        var ring = new KeyRing(contexts, storage.Clock, NullLogger<KeyRing>.Instance);
        contexts.Opening = ring.Forget;
        await ring.KeysAsync(Cancel);
        contexts.Opening = null;
        await ring.KeysAsync(Cancel);
        Assert.Equal(2, contexts.Opened);
    }

    [Fact]
    public async Task DatabaseAway_LeavesWhatIsKnownForAMinute_AndIsAskedOnceASecond()
    {
        await using var storage = await TestStorage.CreateAsync();
        var contexts = new CountingContexts(storage);
        var ring = new KeyRing(contexts, storage.Clock, NullLogger<KeyRing>.Instance);
        var known = await ring.KeysAsync(Cancel);
        contexts.Opening = Away;

        storage.Clock.Advance(KeyRing.Freshness);
        Assert.Same(known, await ring.KeysAsync(Cancel));
        Assert.Same(known, await ring.KeysAsync(Cancel));
        Assert.Equal(2, contexts.Opened);
        storage.Clock.Advance(KeyRing.KeptAway - (2 * KeyRing.Freshness));
        Assert.Same(known, await ring.KeysAsync(Cancel));
        Assert.Equal(3, contexts.Opened);
        storage.Clock.Advance(KeyRing.Freshness);
        await Assert.ThrowsAsync<NpgsqlException>(async () => await ring.KeysAsync(Cancel));

        contexts.Opening = null;
        Assert.NotSame(known, await ring.KeysAsync(Cancel));
    }

    [Fact]
    public async Task DatabaseAway_AfterAChangeHere_LeavesNothingToGoBy()
    {
        await using var storage = await TestStorage.CreateAsync();
        var contexts = new CountingContexts(storage);
        var ring = new KeyRing(contexts, storage.Clock, NullLogger<KeyRing>.Instance);
        await ring.KeysAsync(Cancel);
        ring.Forget();
        contexts.Opening = Away;
        await Assert.ThrowsAsync<NpgsqlException>(async () => await ring.KeysAsync(Cancel));
    }

    private static void Away() => throw new NpgsqlException("away", new SocketException());

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
