using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Looks up what an address means now and, where that is another model, loads and warms it before it takes over. Requests that began
/// with the old one end with it, for they hold its lease. A model that cannot be loaded never takes over.
/// </summary>
internal sealed partial class ModelExchange(
    ModelRegistry registry, ModelCache cache, ModelWarmer warmer, ModelRouteMetrics metrics, TimeProvider clock, ILogger<ModelExchange> logger) : IDisposable
{
    // Looks are short queries; loading takes memory and a core.
    private const int LooksAtOnce = 8;
    private const int LoadsAtOnce = 2;

    // Below are refusals: the registry has answered.
    private const int FailureFrom = 500;

    // A database comes back within seconds; files are put right by people, and every try reads them whole.
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LoadAgainAfter = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _looks = new(LooksAtOnce);
    private readonly SemaphoreSlim _loads = new(LoadsAtOnce);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Looks the address up once and exchanges its model if need be. Failures are logged; the old model goes on.</summary>
    /// <param name="route">The address.</param>
    /// <param name="newest">Tells the newest change known.</param>
    /// <param name="remove">Called when it means nothing any more.</param>
    public Task RefreshAsync(ModelRoute route, Func<long> newest, Action<ModelRoute> remove) =>
        Task.Run(() => RefreshSafelyAsync(route, newest, remove), CancellationToken.None);

    // Nothing here holds anything of the system, and what still runs ends with these.
    /// <summary>Ends what waits or loads.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task RefreshSafelyAsync(ModelRoute route, Func<long> newest, Action<ModelRoute> remove)
    {
        var started = clock.GetTimestamp();
        try
        {
            var (found, change) = await LookAsync(route, newest, _stopping.Token);
            if (route.Want(found, change))
            {
                await ExchangeAsync(route, found, started, _stopping.Token);
            }
        }
        catch (ServiceException refused) when (refused.Status < FailureFrom)
        {
            // The next request is told so by the registry itself.
            remove(route);
            metrics.Removed();
            LogRemoved(logger, route.Address, refused.Code);
        }
#pragma warning disable CA1031 // The edge of background work: whatever fails, the old model goes on.
        catch (Exception fault) when (!_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            route.NotBefore = Later(LookAgainAfter);
            LogNotLookedUp(logger, route.Address, route.Model.Address, fault.Message);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Nobody will ask any more.
        }
    }

    private async Task<(ServableModel Found, long Change)> LookAsync(ModelRoute route, Func<long> newest, CancellationToken cancellationToken)
    {
        await _looks.WaitAsync(cancellationToken);
        try
        {
            var change = route.BeginAsking(newest());
            return (await registry.ResolveServableAsync(route.Address, cancellationToken), change);
        }
        finally
        {
            _looks.Release();
        }
    }

    private async Task ExchangeAsync(ModelRoute route, ServableModel found, long started, CancellationToken cancellationToken)
    {
        var old = route.Model;
        // Back to what is loaded, as after a rollback, goes at once, whatever else is being loaded.
        var exchanged = cache.Holds(found) ? route.Exchange(found) : await LoadAndExchangeAsync(route, found, cancellationToken);
        if (exchanged)
        {
            metrics.Exchanged(clock.GetElapsedTime(started));
            LogExchanged(logger, route.Address, old.Address, found.Address);
        }
    }

    private async Task<bool> LoadAndExchangeAsync(ModelRoute route, ServableModel found, CancellationToken cancellationToken)
    {
        await _loads.WaitAsync(cancellationToken);
        try
        {
            if (!route.IsWanted(found))
            {
                return false;
            }
            using var lease = await cache.RentAsync(found, cancellationToken);
            await warmer.WarmAsync(found, cancellationToken);
            return route.Exchange(found);
        }
#pragma warning disable CA1031 // Whatever is wrong with the new model, the old one goes on.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            route.NotBefore = Later(LoadAgainAfter);
            metrics.Failed();
            LogNotLoaded(logger, fault, route.Address, found.Address, route.Model.Address);
            return false;
        }
        finally
        {
            _loads.Release();
        }
    }

    private long Later(TimeSpan pause) => clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);

    [LoggerMessage(LogLevel.Information, "'{Address}' is answered by {New} from now on, before by {Old}")]
    private static partial void LogExchanged(ILogger logger, string address, string old, string @new);

    [LoggerMessage(LogLevel.Information, "'{Address}' is no longer answered ({Code})")]
    private static partial void LogRemoved(ILogger logger, string address, string code);

    [LoggerMessage(LogLevel.Error, "'{Address}' means {New} now, which cannot be used; {Old} goes on answering")]
    private static partial void LogNotLoaded(ILogger logger, Exception fault, string address, string @new, string old);

    [LoggerMessage(LogLevel.Warning, "What '{Address}' means now could not be looked up ({Reason}); {Old} goes on answering")]
    private static partial void LogNotLookedUp(ILogger logger, string address, string old, string reason);
}
