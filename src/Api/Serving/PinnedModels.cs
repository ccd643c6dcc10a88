using FeedbackService.Api.Errors;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Keeps the models of <see cref="ServingOptions.Pinned"/> in memory by a lease each, and with them known what their addresses mean. Where an address
/// gets another meaning, <see cref="ModelExchange"/> makes the new model ready as for any address in use; then it is leased, and only then the old one given back.
/// </summary>
internal sealed partial class PinnedModels(
    IOptions<ServingOptions> options,
    ModelRoutes routes,
    ModelCache cache,
    ModelWarmer warmer,
    ServingMetrics metrics,
    TimeProvider clock,
    ILogger<PinnedModels> logger) : IDisposable
{
    // Below are refusals: the registry has answered.
    private const int FailureFrom = 500;

    // Somebody has to put it right, and every try reads all files.
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(30);

    private readonly PinnedModel[] _pinned = [.. options.Value.PinnedAddresses.Select(address => new PinnedModel(address))];

    /// <summary>Whether there are any.</summary>
    public bool Any => _pinned.Length > 0;

    /// <summary>Loads what is not held yet and follows addresses to new meanings. One look at a time. What fails is logged and does not keep others from being loaded.</summary>
    /// <exception cref="OperationCanceledException">The token says so.</exception>
    public async Task LookAfterAsync(CancellationToken cancellationToken)
    {
        foreach (var pinned in _pinned.Where(pinned => clock.GetTimestamp() >= pinned.NotBefore))
        {
            await LookAfterAsync(pinned, cancellationToken);
        }

        metrics.ModelsPinned(_pinned.Count(pinned => pinned.Model is not null));
    }

    /// <summary>Gives all leases back; no look is under way any more.</summary>
    public void Dispose() => Array.ForEach(_pinned, pinned => pinned.Dispose());

    private async Task LookAfterAsync(PinnedModel pinned, CancellationToken cancellationToken)
    {
        try
        {
            var found = await routes.FindAsync(pinned.Address, cancellationToken);
            if (found != pinned.Model)
            {
                pinned.Hold(found, await cache.RentAsync(found, cancellationToken));
                LogHeld(logger, pinned.Address, found.Address);
                await warmer.WarmAsync(found, cancellationToken);
            }

            pinned.Fault = null;
        }
        catch (ServiceException refused) when (refused.Status < FailureFrom)
        {
            // It means nothing that could be held: requests are told the same.
            pinned.Dispose();
            Note(pinned, refused.Message);
        }
#pragma warning disable CA1031 // The edge of background work: whatever fails, what is held stays.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Note(pinned, fault.Message);
        }
    }

    private void Note(PinnedModel pinned, string fault)
    {
        pinned.NotBefore = clock.GetTimestamp() + (long)(AgainAfter.TotalSeconds * clock.TimestampFrequency);
        if (pinned.Fault != fault)
        {
            pinned.Fault = fault;
            LogNotHeld(logger, pinned.Address, fault, AgainAfter.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Information, "'{Address}' is pinned: {Model} stays in memory")]
    private static partial void LogHeld(ILogger logger, string address, string model);

    [LoggerMessage(LogLevel.Warning, "'{Address}' is pinned, but what it means now is not in memory: {Reason} It is tried every {Seconds} s; put the model right, or take it out of Serving:Pinned")]
    private static partial void LogNotHeld(ILogger logger, string address, string reason, double seconds);
}
