using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage.Entities;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class LeaseKeeperTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task WithoutRenewal_StopsItself_BeforeTheLeaseEnds()
    {
        using var keeper = CreateSut(_ => throw new InvalidOperationException("the database is away"), CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal(StopReason.None, keeper.Reason);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await StoppedAsync(keeper);
        Assert.Equal(StopReason.LeaseLost, keeper.Reason);
    }

    [Fact]
    public async Task Renewal_PutsTheSelfStopOff()
    {
        using var renewed = new SemaphoreSlim(0);
        using var keeper = CreateSut(
            _ =>
            {
                renewed.Release();
                return LeaseSignal.Held;
            },
            CancellationToken.None);
        for (var i = 0; i < 4; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            keeper.Nudge();
            Assert.True(await renewed.WaitAsync(Deadline, TestContext.Current.CancellationToken));
            // The self-stop is put off after the renewal returns: nudge once more, and the first one is through.
            keeper.Nudge();
            Assert.True(await renewed.WaitAsync(Deadline, TestContext.Current.CancellationToken));
        }
        Assert.Equal(StopReason.None, keeper.Reason);
    }

    [Theory]
    [InlineData(nameof(LeaseSignal.Lost), nameof(StopReason.LeaseLost))]
    [InlineData(nameof(LeaseSignal.CancelRequested), nameof(StopReason.Cancel))]
    [InlineData(nameof(LeaseSignal.PauseRequested), nameof(StopReason.Pause))]
    public async Task Signal_StopsTheBody(string signal, string reason)
    {
        using var keeper = CreateSut(_ => Enum.Parse<LeaseSignal>(signal), CancellationToken.None);
        keeper.Nudge();
        await StoppedAsync(keeper);
        Assert.Equal(Enum.Parse<StopReason>(reason), keeper.Reason);
    }

    [Fact]
    public async Task Shutdown_StopsTheBody_AndRenewingGoesOnUntilItHasEnded()
    {
        using var shutdown = new CancellationTokenSource();
        using var renewed = new SemaphoreSlim(0);
        using var keeper = CreateSut(
            _ =>
            {
                renewed.Release();
                return LeaseSignal.Held;
            },
            shutdown.Token);
        await shutdown.CancelAsync();
        await StoppedAsync(keeper);
        Assert.Equal(StopReason.Shutdown, keeper.Reason);
        keeper.Nudge();
        Assert.True(await renewed.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    private static async Task StoppedAsync(LeaseKeeper keeper)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = keeper.Stopping.Register(stopped.SetResult);
        await stopped.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    private LeaseKeeper CreateSut(Func<JobLease, LeaseSignal> renew, CancellationToken shutdown) =>
        new(new JobLease("ftjob-a", "w", 1, new JobRow()), renew, new JobOptions(), _clock, shutdown, NullLogger.Instance);
}
