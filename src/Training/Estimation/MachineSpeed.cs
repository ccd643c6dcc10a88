using System.Diagnostics;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Training.Estimation;

/// <summary>How fast this machine computes.</summary>
/// <param name="MultiplicationsPerSecond">Floating-point operations per second in a matrix product, all threads of libtorch.</param>
/// <param name="BytesPerSecond">Bytes read and written per second by element-wise operations, all threads of libtorch.</param>
public sealed record MachineSpeed(double MultiplicationsPerSecond, double BytesPerSecond)
{
    // Small enough that some repetition gets all threads of a busy machine at once, large enough not to measure the call.
    private const int MatrixSize = 256;
    private const int VectorSize = 1 << 21;
    private const int FewestRepetitions = 5;
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(60);

    /// <summary>Measures a matrix product and a sum, the best of as many as fit into 60 milliseconds each.</summary>
    public static MachineSpeed Measure()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var matrix = ones(MatrixSize, MatrixSize);
        var vector = ones(VectorSize);
        var multiplication = Best(() => mm(matrix, matrix).Dispose());
        var addition = Best(() => vector.Plus(vector).Dispose());
        return new MachineSpeed(2.0 * MatrixSize * MatrixSize * MatrixSize / multiplication, 3.0 * sizeof(float) * VectorSize / addition);
    }

    private static double Best(Action work)
    {
        var best = double.PositiveInfinity;
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < FewestRepetitions || Stopwatch.GetElapsedTime(begin) < Long; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
