using System.Collections.Concurrent;
using System.Diagnostics;

namespace FeedbackService.ServingBenchmark.Load;

/// <summary>Requests that come when they come, whether or not those before them were answered; nobody asks again.</summary>
/// <param name="requester">Who is asked.</param>
/// <param name="bodies">What is asked, in turn and again and again.</param>
internal sealed class OpenLoop(Requester requester, IReadOnlyList<byte[]> bodies)
{
    private const int Seed = 1;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Sends at random moments (Poisson's arrivals, from a fixed seed).</summary>
    /// <param name="perSecond">Requests per second on average.</param>
    /// <param name="duration">Of the arrivals.</param>
    /// <returns>Every request, and when the last one was sent; they may still be under way.</returns>
    public async Task<OpenLoopResult> RunAsync(double perSecond, TimeSpan duration)
    {
        var random = new Random(Seed);
        var seen = new ConcurrentBag<OpenLoopRequest>();
        var under = new List<Task>();
        using var timer = new PeriodicTimer(Tick);
        var (began, due, number) = (Stopwatch.GetTimestamp(), 0.0, 0);
        while (due < duration.TotalSeconds && await timer.WaitForNextTickAsync())
        {
            for (var now = Stopwatch.GetElapsedTime(began).TotalSeconds; due <= now && due < duration.TotalSeconds; due += -Math.Log(1 - random.NextDouble()) / perSecond)
            {
                under.Add(AskAsync(bodies[number++ % bodies.Count], due));
            }
        }

        return new OpenLoopResult(Task.WhenAll(under), seen, duration);

        async Task AskAsync(byte[] body, double at)
        {
            var answer = await requester.PostAsync(body);
            seen.Add(new OpenLoopRequest(at, Stopwatch.GetElapsedTime(began).TotalSeconds, answer.Status, answer.RetryAfter is not null));
        }
    }
}
