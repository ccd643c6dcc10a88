using System.Diagnostics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>
/// Finds out on how many threads a model computes rounds of different sizes fastest, by plain passes of made-up texts. Every size is tried on all threads, half of them, a quarter and so on, several
/// times in turn: whatever slows the machine for a while slows all of them, and what it costs to change between them counts.
/// </summary>
public static class ThreadMeasurement
{
    /// <summary>Sizes measured, in tokens.</summary>
    internal static readonly IReadOnlyList<int> Sizes = [16, 64, 256, 1024];

    /// <summary>What all passes but the first may take together. A pass that would go beyond it, by what those before took, is not begun.</summary>
    internal static readonly TimeSpan Enough = TimeSpan.FromSeconds(1);

    // Share by which fewer threads must be faster to be taken, so that noise does not decide.
    private const double Margin = 0.05;

    // Where a count takes so many times as long as the fastest, still smaller ones are not tried.
    private const double Hopeless = 1.5;

    // The first pass of a size is slower than others, and once is chance.
    private const int FewestTurns = 2;
    private const int Turns = 3;

    // Batches grow by texts, which are seldom long.
    private const int TextTokens = 32;

    /// <summary>Measures a model. Takes about a second at most beside its first two passes of 16 tokens; a small model takes some milliseconds.</summary>
    /// <param name="backend">On a CPU. A plan that it has does not count and stays.</param>
    /// <returns>At most as many threads as the calling thread has, and that many for rounds that there was no time to measure.</returns>
    /// <exception cref="ObjectDisposedException">The backend has been disposed of.</exception>
    public static ThreadPlan Measure(TorchBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var before = backend.Threads;
        try
        {
            return Plan(get_num_threads(), (tokens, threads) => Seconds(backend, tokens, threads));
        }
        finally
        {
            backend.Threads = before;
        }
    }

    /// <summary>The plan that measured times make.</summary>
    /// <param name="threads">Most threads, 1 or more; with 1 nothing is measured.</param>
    /// <param name="seconds">How long a pass of so many tokens takes on so many threads. Asked several times for the same.</param>
    internal static ThreadPlan Plan(int threads, Func<int, int, double> seconds)
    {
        if (threads == 1)
        {
            return ThreadPlan.Always(1);
        }

        int[] counts = [.. Candidates(threads)];
        var left = Enough.TotalSeconds;
        // What is done only once, such as starting threads, is nobody's time.
        seconds(Sizes[0], threads);
        var steps = new List<(int Tokens, int Threads)>();
        var (size, expected) = (Sizes[0], 0.0);
        foreach (var tokens in Sizes)
        {
            if (Times(tokens, expected * tokens / size) is not { } times)
            {
                return new ThreadPlan(steps, threads);
            }

            steps.Add((tokens, counts[Fastest(times)]));
            (size, expected) = (tokens, times[0]);
        }

        return new ThreadPlan(steps, steps[^1].Threads);

        // The best time of each count, infinite where none was worth while; null when there was not enough time.
        double[]? Times(int tokens, double expectedOnAll)
        {
            var times = new double[counts.Length];
            Array.Fill(times, double.PositiveInfinity);
            for (var turn = 0; turn < Turns; turn++)
            {
                for (var i = 0; i < counts.Length; i++)
                {
                    // Half as many threads take at most twice as long.
                    var next = double.IsFinite(times[i]) ? times[i] : i == 0 ? expectedOnAll : 2 * times[i - 1];
                    if (next > left)
                    {
                        return turn < FewestTurns ? null : times;
                    }

                    var taken = seconds(tokens, counts[i]);
                    left -= taken;
                    times[i] = Math.Min(times[i], taken);
                    if (times[i] > Hopeless * times.Min())
                    {
                        break;
                    }
                }
            }

            return times;
        }
    }

    // All threads, then powers of two downwards.
    private static IEnumerable<int> Candidates(int threads)
    {
        yield return threads;
        for (var count = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)threads) / 2; count >= 1; count /= 2)
        {
            yield return count;
        }
    }

    private static int Fastest(double[] times)
    {
        var fastest = 0;
        for (var i = 1; i < times.Length; i++)
        {
            if (times[i] < times[fastest] * (1 - Margin))
            {
                fastest = i;
            }
        }

        return fastest;
    }

    private static double Seconds(TorchBackend backend, int tokens, int threads)
    {
        backend.Threads = ThreadPlan.Always(threads);
        using var run = backend.Start();
        run.Add(MadeUpTexts.Pack(backend.Config, Lengths(tokens, Math.Min(TextTokens, backend.Config.MaxTokens))));
        var began = Stopwatch.GetTimestamp();
        run.Advance();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static int[] Lengths(int tokens, int longest) =>
        [.. Enumerable.Repeat(longest, tokens / longest), .. tokens % longest is > 0 and var rest ? [rest] : Array.Empty<int>()];
}
