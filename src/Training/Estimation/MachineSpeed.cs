using System.Diagnostics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Estimation;

/// <summary>How fast this machine computes.</summary>
/// <param name="MultiplicationsPerSecond">Floating-point operations per second in a matrix product, all threads of libtorch.</param>
/// <param name="BytesPerSecond">Bytes read and written per second by element-wise operations, all threads of libtorch.</param>
public sealed record MachineSpeed(double MultiplicationsPerSecond, double BytesPerSecond)
{
    // Small enough to take a few milliseconds, large enough not to measure the call.
    private const int MatrixSize = 384;
    private const int VectorSize = 1 << 21;
    private const int Repetitions = 5;

    /// <summary>Measures a matrix product and a sum, the best of five each; takes about 50 milliseconds.</summary>
    public static MachineSpeed Measure()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var matrix = ones(MatrixSize, MatrixSize);
        var vector = ones(VectorSize);
        var multiplication = Best(() => mm(matrix, matrix).Dispose());
        var addition = Best(() => vector.add(vector).Dispose());
        return new MachineSpeed(2.0 * MatrixSize * MatrixSize * MatrixSize / multiplication, 3.0 * sizeof(float) * VectorSize / addition);
    }

    private static double Best(Action work)
    {
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repetitions; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
