using System.Collections.Concurrent;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Serving;

/// <summary>
/// What model addresses mean, as far as requests of this process have asked lately: those are answered from memory, whether or not the
/// database can be reached. When the registry changes, they are looked up anew beside the requests; another model is loaded and warmed
/// first and then takes over in one step. What is not there is not remembered, for addresses come from callers.
/// </summary>
internal sealed class ModelRoutes : IDisposable
{
    /// <summary>Most addresses kept; the one not asked for the longest goes.</summary>
    public const int MaxKept = 1000;

    /// <summary>How long an address is kept that nobody asks for, so that nothing is loaded for nobody.</summary>
    public static readonly TimeSpan KeptIdle = TimeSpan.FromMinutes(10);

    /// <summary>How long after a change has become known a request waits for the exchange; whoever comes later is answered by the old model.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    // Whoever has moved an alias waits for this process's own exchange; a model that takes longer is being loaded all the same.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private readonly ModelRegistry _registry;
    private readonly ModelExchange _exchange;
    private readonly ModelCache _cache;
    private readonly ChangeSignal _signal;
    private readonly ModelRouteMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, ModelRoute> _routes = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _bell = new(0);
    private long _changes;
    private long _changedAt;

    /// <summary>Begins to listen for changes.</summary>
    public ModelRoutes(ModelRegistry registry, ModelExchange exchange, ModelCache cache, ChangeSignal signal, ModelRouteMetrics metrics, TimeProvider clock)
    {
        (_registry, _exchange, _cache, _signal, _metrics, _clock) = (registry, exchange, cache, signal, metrics, clock);
        signal.Changed += Note;
    }

    /// <summary>Addresses kept now.</summary>
    public int Count => _routes.Count;

    /// <summary>The model that an address means. A request asks once, at its beginning.</summary>
    /// <param name="address"><c>name</c>, <c>name:3</c>, <c>name@alias</c>, <c>name@latest</c> or <c>ftjob-…:step-2000</c>.</param>
    /// <param name="cancellationToken">Stops the query or the wait.</param>
    /// <exception cref="Errors.ServiceException">404 and 422 as of <see cref="ModelRegistry.ResolveServableAsync"/>.</exception>
    public async ValueTask<ServableModel> FindAsync(string address, CancellationToken cancellationToken)
    {
        if (_routes.TryGetValue(address, out var known))
        {
            known.AskedAt = _clock.GetTimestamp();
            if (known.Confirmed < Volatile.Read(ref _changes))
            {
                await WaitBrieflyAsync(known, cancellationToken);
            }
            if (_routes.TryGetValue(address, out var still) && IsAtHand(still.Model))
            {
                return still.Model;
            }
        }

        // Before the registry is asked: what changes meanwhile is looked for again.
        var change = Volatile.Read(ref _changes);
        var model = await _registry.ResolveServableAsync(address, cancellationToken);
        Keep(new ModelRoute(address, model, change));
        return model;
    }

    /// <summary>Waits until what was changed before the call is what this process answers with, for whoever has made the change; not for ever.</summary>
    /// <param name="name">The registered model.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SettleAsync(string name, CancellationToken cancellationToken)
    {
        var change = Volatile.Read(ref _changes);
        var settled = Task.WhenAll(_routes.Values.Where(route => route.Name == name).Select(route => SettleAsync(route, change)));
        await Task.WhenAny(settled, Task.Delay(Settling, _clock, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for a change, or for some time to pass.</summary>
    public Task WaitForChangeAsync(TimeSpan time, CancellationToken cancellationToken) => _bell.WaitAsync(time, cancellationToken);

    /// <summary>Drops what nobody asks for and looks up what a change may have given another meaning, what was asked for last first.</summary>
    public void LookAfter()
    {
        var now = _clock.GetTimestamp();
        foreach (var route in _routes.Values.OrderByDescending(route => route.AskedAt))
        {
            if (_clock.GetElapsedTime(route.AskedAt, now) > KeptIdle)
            {
                Remove(route);
            }
            else if (route.Confirmed < Volatile.Read(ref _changes))
            {
                Refresh(route, again: now >= route.NotBefore);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _signal.Changed -= Note;
        _bell.Dispose();
    }

    // Files that were fetched from elsewhere may have been dropped again here; asking anew fetches them.
    private bool IsAtHand(ServableModel model) => _cache.Holds(model) || Directory.Exists(model.Directory);

    private async Task WaitBrieflyAsync(ModelRoute route, CancellationToken cancellationToken)
    {
        var refresh = Refresh(route, again: false);
        var left = Patience - _clock.GetElapsedTime(Volatile.Read(ref _changedAt));
        if (left > TimeSpan.Zero && !refresh.IsCompleted)
        {
            await Task.WhenAny(refresh, Task.Delay(left, _clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task SettleAsync(ModelRoute route, long change)
    {
        while (route.Confirmed < change && _routes.ContainsKey(route.Address))
        {
            var refresh = Refresh(route, again: false);
            await refresh;
            if (refresh == Refresh(route, again: false))
            {
                return;
            }
        }
    }

    private Task Refresh(ModelRoute route, bool again) =>
        route.Refresh(Volatile.Read(ref _changes), again, () => _exchange.RefreshAsync(route, () => Volatile.Read(ref _changes), Remove));

    private void Keep(ModelRoute route)
    {
        // Several may have asked for it at once: the first stays, unless it knows less or has lost its files.
        route = _routes.AddOrUpdate(route.Address, route, (_, kept) => kept.Confirmed >= route.Confirmed && IsAtHand(kept.Model) ? kept : route);
        route.AskedAt = _clock.GetTimestamp();
        while (_routes.Count > MaxKept && _routes.Values.MinBy(kept => kept.AskedAt) is { } oldest)
        {
            Remove(oldest);
        }
        _metrics.Kept(_routes.Count);
        if (route.Confirmed < Volatile.Read(ref _changes))
        {
            Refresh(route, again: false);
        }
    }

    private void Remove(ModelRoute route)
    {
        _routes.TryRemove(KeyValuePair.Create(route.Address, route));
        _metrics.Kept(_routes.Count);
    }

    private void Note(WriteTopic topic)
    {
        if (topic == WriteTopic.Registry)
        {
            Volatile.Write(ref _changedAt, _clock.GetTimestamp());
            Interlocked.Increment(ref _changes);
            if (_bell.CurrentCount == 0)
            {
                _bell.Release();
            }
        }
    }
}
