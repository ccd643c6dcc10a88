using System.Diagnostics;
using static TorchSharp.torch;

namespace FeedbackService.ServingBenchmark;

/// <summary>What the machine can do at most: libtorch's product of two square matrices in float32, with all threads it was given.</summary>
internal static class MatrixProduct
{
    private const int Size = 1024;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(1);

    /// <summary>Floating-point operations per second, multiplications and additions counted alike.</summary>
    public static double Measure()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (left, right) = (randn(Size, Size), randn(Size, Size));
        left.mm(right).Dispose();
        var (products, began) = (0, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(began) < Time)
        {
            left.mm(right).Dispose();
            products++;
        }

        return products * 2.0 * Size * Size * Size / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
