using TorchSharp;

namespace FeedbackService.Testing;

/// <summary>Counts live native tensors, so that a test can say that an action leaves none behind.</summary>
public static class TensorGuard
{
    /// <summary>
    /// Runs <paramref name="action"/> once to warm up and then <paramref name="times"/> times.
    /// </summary>
    /// <returns>How many more tensors live after than before; 0 when nothing leaks to the finalizer or beyond.</returns>
    public static long Growth(int times, Action action)
    {
        action();
        var before = torch.Tensor.TotalCount;
        var detached = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < times; i++)
        {
            action();
        }

        var growth = torch.Tensor.TotalCount - before;
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount - detached;
        return Math.Max(growth, live);
    }
}
