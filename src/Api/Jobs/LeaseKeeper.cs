namespace FeedbackService.Api.Jobs;

/// <summary>
/// Renews the lease of one running job on a thread of its own, so that neither a starved thread pool nor a busy body lets it lapse,
/// and tells the body to stop when the user asks, the service ends, or the lease was not renewed for two thirds of its time.
/// That last rule uses the monotonic clock: a holder must be silent before anybody else may claim.
/// </summary>
internal sealed partial class LeaseKeeper : IDisposable
{
    private readonly JobLease _lease;
    private readonly Func<JobLease, LeaseSignal> _renew;
    private readonly JobOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    // Neither needs disposing as used here, so a late nudge or timer meets no disposed object.
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenRegistration _shutdown;
    private readonly ITimer _selfStop;
    private readonly Thread _thread;
    private int _reason;
    private volatile bool _ended;

    /// <summary>Begins to keep a lease that was just claimed.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="renew">Extends it in the database; may throw when that cannot be reached.</param>
    /// <param name="options">Times.</param>
    /// <param name="clock">Monotonic time.</param>
    /// <param name="shutdown">Cancelled when the service stops.</param>
    /// <param name="logger">Told of failed renewals.</param>
    public LeaseKeeper(
        JobLease lease,
        Func<JobLease, LeaseSignal> renew,
        JobOptions options,
        TimeProvider clock,
        CancellationToken shutdown,
        ILogger logger)
    {
        (_lease, _renew, _options, _clock, _logger) = (lease, renew, options, clock, logger);
        var age = lease.AskedAt is { } asked ? clock.GetElapsedTime(asked) : TimeSpan.Zero;
        _selfStop = clock.CreateTimer(_ => Stop(StopReason.LeaseLost), null, Left(age), Timeout.InfiniteTimeSpan);
        if (age > options.RenewEvery)
        {
            // The answer to the claim came late: the first renewal is due already.
            Nudge();
        }
        _shutdown = shutdown.Register(() => Stop(StopReason.Shutdown));
        _thread = new Thread(Keep) { IsBackground = true, Name = $"lease {lease.JobId}", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Cancelled when the body shall stop.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Why; the first reason stays.</summary>
    public StopReason Reason => (StopReason)Volatile.Read(ref _reason);

    /// <summary>Renews now instead of at the next interval, to see at once what the user asked for.</summary>
    public void Nudge()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    /// <summary>Stops renewing. The lease itself stays until it is given back or runs out.</summary>
    public void Dispose()
    {
        _ended = true;
        Nudge();
        _thread.Join();
        _shutdown.Dispose();
        _selfStop.Dispose();
    }

    private void Keep()
    {
        while (!_ended && Reason != StopReason.LeaseLost)
        {
            _wake.Wait(_options.RenewEvery);
            if (!_ended)
            {
                Renew();
            }
        }
    }

    private void Renew()
    {
        var started = _clock.GetTimestamp();
        try
        {
            switch (_renew(_lease))
            {
                case LeaseSignal.Lost:
                    Stop(StopReason.LeaseLost);
                    return;
                case LeaseSignal.CancelRequested:
                    Stop(StopReason.Cancel);
                    break;
                case LeaseSignal.PauseRequested:
                    Stop(StopReason.Pause);
                    break;
                case LeaseSignal.YieldRequested:
                    Stop(StopReason.Yield);
                    break;
            }
            // Counted from before the renewal: what was written cannot be younger than that.
            _selfStop.Change(Left(_clock.GetElapsedTime(started)), Timeout.InfiniteTimeSpan);
        }
        catch (Exception fault)
        {
            // The edge of this thread: whatever is wrong with the database, the self-stop decides what becomes of the job.
            LogRenewalFailed(_logger, fault, _lease.JobId);
        }
    }

    private TimeSpan Left(TimeSpan age) => age < _options.SelfStopAfter ? _options.SelfStopAfter - age : TimeSpan.Zero;

    private void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, (int)StopReason.None) == (int)StopReason.None)
        {
            // Not Cancel(): the body could go on inside it, on this keeper's thread, and dispose the keeper, which waits for the thread.
            _ = _stopping.CancelAsync();
        }
        else if (reason == StopReason.LeaseLost)
        {
            // A body that is already stopping must not write any more; the fence sees to that, this ends the renewals.
            Volatile.Write(ref _reason, (int)StopReason.LeaseLost);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease of {JobId} could not be renewed")]
    private static partial void LogRenewalFailed(ILogger logger, Exception fault, string jobId);
}
