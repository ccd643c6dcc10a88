using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace FeedbackService.ServingBenchmark.Load;

/// <summary>Clients that ask, wait for the answer, and ask the next: so many requests are under way at any time.</summary>
/// <param name="requester">Whom they ask.</param>
/// <param name="bodies">What they ask, in turn and again and again.</param>
/// <param name="clients">How many there are.</param>
internal sealed class ClosedLoop(Requester requester, IReadOnlyList<byte[]> bodies, int clients)
{
    private const int TooMany = 429;
    private static readonly TimeSpan WaitUntold = TimeSpan.FromSeconds(1);

    /// <summary>Told of every answer of 200: number of the request, when it was sent (by <see cref="Stopwatch"/>), the answer. By several threads at once.</summary>
    public Action<long, long, Answer>? OnAnswer { get; init; }

    /// <summary>Each body once.</summary>
    public Task<LoadResult> RunAsync() => RunAsync(bodies.Count);

    /// <summary>So many requests.</summary>
    public Task<LoadResult> RunAsync(long requests) => RunAsync(number => number < requests);

    /// <summary>As long as this; what was begun is waited for.</summary>
    public Task<LoadResult> RunAsync(TimeSpan duration)
    {
        var began = Stopwatch.GetTimestamp();
        return RunAsync(_ => Stopwatch.GetElapsedTime(began) < duration);
    }

    /// <summary>Until it is cancelled; what was begun is waited for.</summary>
    public Task<LoadResult> RunAsync(CancellationToken end) => RunAsync(_ => !end.IsCancellationRequested);

    private async Task<LoadResult> RunAsync(Func<long, bool> goesOn)
    {
        var (next, refused) = (-1L, 0);
        var failed = new ConcurrentDictionary<int, int>();
        string? firstFailure = null;
        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(AskAsync)));
        return new LoadResult(Stopwatch.GetElapsedTime(began), [.. times.SelectMany(own => own)], failed, firstFailure, refused, Environment.CpuUsage.TotalTime - cpu);

        async Task<List<double>> AskAsync()
        {
            var own = new List<double>();
            for (var number = Interlocked.Increment(ref next); goesOn(number); number = Interlocked.Increment(ref next))
            {
                var sent = Stopwatch.GetTimestamp();
                var answer = await requester.PostAsync(bodies[(int)(number % bodies.Count)]);
                while (answer.Status == TooMany)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Delay(answer.RetryAfter ?? WaitUntold);
                    answer = await requester.PostAsync(bodies[(int)(number % bodies.Count)]);
                }

                if (answer.Status == 200)
                {
                    own.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                    OnAnswer?.Invoke(number, sent, answer);
                }
                else
                {
                    failed.AddOrUpdate(answer.Status, 1, (_, seen) => seen + 1);
                    Interlocked.CompareExchange(ref firstFailure, $"{answer.Status}: {Encoding.UTF8.GetString(answer.Body)}", null);
                }
            }

            return own;
        }
    }
}
