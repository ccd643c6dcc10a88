using System.Text;

namespace FeedbackService.Model.Inference;

/// <summary>On how many threads of libtorch a model computes a round, by its tokens: what pays for a large batch may only cost a text alone. Immutable.</summary>
public sealed class ThreadPlan
{
    private readonly List<(int Tokens, int Threads)> _steps = [];
    private readonly int _beyond;

    /// <summary>Puts a plan together.</summary>
    /// <param name="steps">Rounds of up to so many tokens, 1 or more and ascending, and the threads they take, 1 or more. May be empty.</param>
    /// <param name="beyond">Threads of larger rounds, 1 or more.</param>
    /// <exception cref="ArgumentException">The tokens do not ascend.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public ThreadPlan(IReadOnlyList<(int Tokens, int Threads)> steps, int beyond)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(beyond, 1);
        _beyond = beyond;
        var before = 0;
        foreach (var (tokens, threads) in steps)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1, nameof(steps));
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(steps));
            if (tokens <= before)
            {
                throw new ArgumentException($"{tokens} tokens come after {before}.", nameof(steps));
            }

            before = tokens;
            Append(tokens, threads);
        }

        if (_steps is [.., var last] && last.Threads == beyond)
        {
            _steps.RemoveAt(_steps.Count - 1);
        }
    }

    /// <summary>The same number of threads for every round.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static ThreadPlan Always(int threads) => new([], threads);

    /// <summary>Threads of a round, 1 or more.</summary>
    /// <param name="tokens">Of all its texts.</param>
    public int Threads(int tokens)
    {
        foreach (var (upTo, threads) in _steps)
        {
            if (tokens <= upTo)
            {
                return threads;
            }
        }

        return _beyond;
    }

    /// <summary>The plan in words that go on after "computes": <c>up to 64 tokens on 1 thread, more on 2</c>.</summary>
    public override string ToString()
    {
        if (_steps.Count == 0)
        {
            return $"on {Count(_beyond)}";
        }

        var words = new StringBuilder();
        foreach (var (tokens, threads) in _steps)
        {
            words.Append(words.Length == 0 ? $"up to {tokens} tokens on {Count(threads)}, " : $"up to {tokens} on {threads}, ");
        }

        return words.Append($"more on {_beyond}").ToString();
    }

    private void Append(int tokens, int threads)
    {
        if (_steps is [.., var last] && last.Threads == threads)
        {
            _steps.RemoveAt(_steps.Count - 1);
        }

        _steps.Add((tokens, threads));
    }

    private static string Count(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";
}
