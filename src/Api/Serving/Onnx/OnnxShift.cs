using System.Runtime.ExceptionServices;

namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Groups that several threads compute, each taking the next one as soon as it is free.</summary>
/// <param name="groups">One or more, the last one first.</param>
/// <param name="compute">Computes one.</param>
/// <param name="helpers">Threads that call <see cref="Help"/>, once each.</param>
internal sealed class OnnxShift(IReadOnlyList<int[]> groups, Action<int[]> compute, int helpers) : IDisposable
{
    private readonly CountdownEvent _helping = new(helpers + 1);
    private int _left = groups.Count;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Computes groups until none is left, waits for the helpers, and throws what the first that failed threw.</summary>
    public void WorkAndWait()
    {
        Help();
        _helping.Wait();
        _fault?.Throw();
    }

    /// <summary>Computes groups until none is left.</summary>
    public void Help()
    {
        try
        {
            for (var next = Interlocked.Decrement(ref _left); next >= 0 && _fault is null; next = Interlocked.Decrement(ref _left))
            {
                compute(groups[next]);
            }
        }
#pragma warning disable CA1031 // The edge of a thread: the one that waits for it is told.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(fault), null);
        }
        finally
        {
            _helping.Signal();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _helping.Dispose();
}
