using System.Collections.Concurrent;
using System.Diagnostics;

namespace FeedbackService.BatchUnderLoad;

/// <summary>Clients that ask for one text at a time, wait for the answer, and pause.</summary>
/// <param name="service">Whom they ask.</param>
/// <param name="model">The model they ask for.</param>
/// <param name="count">How many there are.</param>
/// <param name="pause">Between an answer and the next request; zero keeps the service as busy as they can.</param>
internal sealed class Clients(Service service, string model, int count, TimeSpan pause)
{
    /// <summary>What they ask about, in turn.</summary>
    public IReadOnlyList<string> Texts { get; set; } = [];

    /// <summary>Lets them ask until the time is over or the token is cancelled.</summary>
    public async Task<Measurement> RunAsync(string name, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(duration);
        var (times, counts) = (new ConcurrentBag<double>(), new ConcurrentDictionary<int, int>());
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(client => Task.Run(() => AskAsync(client, times, counts, end.Token), CancellationToken.None)));
        return new Measurement(name, Stopwatch.GetElapsedTime(started), [.. times], counts);
    }

    private async Task AskAsync(int client, ConcurrentBag<double> times, ConcurrentDictionary<int, int> counts, CancellationToken end)
    {
        for (var turn = client; !end.IsCancellationRequested; turn += count)
        {
            var asked = Stopwatch.GetTimestamp();
            // A request that was begun is waited for: its answer counts too.
            var status = await service.ClassifyAsync(model, Texts[turn % Texts.Count]);
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            counts.AddOrUpdate(status, 1, (_, seen) => seen + 1);
            await Task.Delay(pause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
