using System.Diagnostics;
using FeedbackService.Model.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Training.Estimation;

/// <summary>How fast a device of this machine computes in one element type.</summary>
/// <param name="MultiplicationsPerSecond">Floating-point operations per second in a matrix product; on a CPU of all threads of libtorch.</param>
/// <param name="BytesPerSecond">Bytes read and written per second by element-wise operations, likewise.</param>
public sealed record MachineSpeed(double MultiplicationsPerSecond, double BytesPerSecond)
{
    // Small enough that some repetition gets all threads of a busy machine at once, large enough not to measure the call.
    private const int MatrixSize = 256;
    private const int VectorSize = 1 << 21;

    // A GPU has to be given more before its speed and not that of the calls is seen.
    private const int MatrixSizeOfGpu = 4096;
    private const int VectorSizeOfGpu = 1 << 27;
    private const int FewestRepetitions = 5;
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(60);

    /// <summary>Measures a matrix product and a sum, the best of as many as fit into 60 milliseconds each.</summary>
    /// <param name="device">Null (default): the CPU.</param>
    /// <param name="precision">Default float32.</param>
    public static MachineSpeed Measure(Device? device = null, ComputePrecision precision = ComputePrecision.Float32)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var on = device ?? CPU;
        var (size, length) = on.type == DeviceType.CPU ? (MatrixSize, VectorSize) : (MatrixSizeOfGpu, VectorSizeOfGpu);
        var type = precision == ComputePrecision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var matrix = ones([size, size], type, on);
        var vector = ones([length], type, on);
        var multiplication = Best(() => mm(matrix, matrix).Dispose(), on);
        var addition = Best(() => vector.Plus(vector).Dispose(), on);
        return new MachineSpeed(2.0 * size * size * size / multiplication, 3.0 * vector.element_size() * length / addition);
    }

    private static double Best(Action work, Device device)
    {
        var best = double.PositiveInfinity;
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < FewestRepetitions || Stopwatch.GetElapsedTime(begin) < Long; i++)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            if (device.type == DeviceType.CUDA)
            {
                // Calls return before the work is done.
                cuda.synchronize(device);
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
