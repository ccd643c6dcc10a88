using Hangfire.AspNetCore;
using Hangfire.Logging;

namespace FeedbackService.Api.Jobs;

/// <summary>
/// Hangfire's log lines into the host's log. Hangfire keeps one provider per process and asks it whenever one of its objects is made,
/// also after the host it came from has ended; its own provider throws then.
/// </summary>
internal sealed class HangfireLogProvider(ILoggerFactory loggers) : ILogProvider
{
    private readonly AspNetCoreLogProvider _inner = new(loggers);

    /// <inheritdoc/>
    public ILog GetLogger(string name)
    {
        try
        {
            return _inner.GetLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return new Silence();
        }
    }

    private sealed class Silence : ILog
    {
        public bool Log(Hangfire.Logging.LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
    }
}
