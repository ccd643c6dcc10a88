namespace FeedbackService.Api.Serving.Onnx;

/// <summary>
/// Computes the groups of a round: few texts in groups one after the other, on all threads; many in groups side by side, on a thread each. Threads that share an operator wait for one another at its end, and all of
/// them wait where one has to make way for another part of the service; threads with groups of their own do not. For one caller at a time.
/// </summary>
internal sealed class OnnxCrew : IDisposable
{
    // Times what a thread has on average: a group that is larger, as one of a single long text may be, would be waited for by all others.
    private const double MostUneven = 1.25;

    private readonly int _threads;
    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim _called = new(0);
    private volatile OnnxShift? _shift;

    /// <summary>Makes the threads, which sleep until there are groups for them.</summary>
    /// <param name="threads">Most that compute at a time, that of the caller included; 1 or more.</param>
    /// <param name="canSplit">Whether there are graphs for one thread.</param>
    public OnnxCrew(int threads, bool canSplit)
    {
        _threads = canSplit ? threads : 0;
        _helpers = [.. Enumerable.Range(1, Math.Max(0, _threads - 1)).Select(_ => new Thread(Help) { Name = OnnxEnvironment.ThreadName, IsBackground = true })];
        Array.ForEach(_helpers, helper => helper.Start());
    }

    /// <summary>Computes texts of a round.</summary>
    /// <param name="lengths">Tokens per text.</param>
    /// <param name="compute">Computes a group, given its indices into the texts, ascending. Called on several threads at a time where it is asked for one.</param>
    public void Compute(IReadOnlyList<int> lengths, Action<int[], OnnxThreads> compute)
    {
        var total = lengths.Sum();
        if (_threads > 0 && total >= _threads * OnnxGroups.TokensOfOne)
        {
            var groups = OnnxGroups.Of(lengths, OnnxGroups.TokensOfOne, _threads);
            if (groups.Max(group => group.Sum(text => lengths[text])) * _threads <= MostUneven * total)
            {
                SideBySide(groups, group => compute(group, OnnxThreads.One));
                return;
            }
        }

        foreach (var group in OnnxGroups.Of(lengths, OnnxGroups.TokensOfAll))
        {
            compute(group, OnnxThreads.All);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _shift = null;
        if (_helpers.Length > 0)
        {
            _called.Release(_helpers.Length);
            Array.ForEach(_helpers, helper => helper.Join());
        }

        _called.Dispose();
    }

    private void SideBySide(IReadOnlyList<int[]> groups, Action<int[]> compute)
    {
        var helpers = Math.Min(_helpers.Length, groups.Count - 1);
        using var shift = new OnnxShift(groups, compute, helpers);
        _shift = shift;
        if (helpers > 0)
        {
            _called.Release(helpers);
        }

        shift.WorkAndWait();
    }

    private void Help()
    {
        while (true)
        {
            _called.Wait();
            if (_shift is not { } shift)
            {
                return;
            }

            shift.Help();
        }
    }
}
