using Npgsql;

namespace FeedbackService.Api.Storage;

/// <summary>Repeats work on the database that failed by the connection. Right only for what may be done twice.</summary>
internal sealed partial class DatabaseRetry(TimeProvider clock, ILogger<DatabaseRetry> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Does it until it goes well, fails by itself, or patience ends.</summary>
    /// <param name="work">The work, from its beginning each time.</param>
    /// <param name="patience">How long after the first failure it is tried again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, TimeSpan patience, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        long? failed = null;
        while (true)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception fault) when (DatabaseFaults.IsTransient(fault) && (failed is null || clock.GetElapsedTime(failed.Value) < patience))
            {
                failed ??= clock.GetTimestamp();
                LogAgain(logger, fault.Message);
                // What waits in the pool was most likely broken by the same cause, and would cost a failure each.
                NpgsqlConnection.ClearAllPools();
            }
            await Task.Delay(pause, clock, cancellationToken);
            pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database did not answer ({Reason}); trying again")]
    private static partial void LogAgain(ILogger logger, string reason);
}
