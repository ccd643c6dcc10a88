using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Gpu;

/// <summary>The rate of large square matrix products: what all else is held against.</summary>
internal static class ProductRate
{
    private const int Size = 8192;
    private const int SizeOnCpu = 512;

    /// <summary>Rows of the matrices on a device.</summary>
    public static int SizeOn(Device device) => device.type == DeviceType.CPU ? SizeOnCpu : Size;

    /// <summary>Operations per second.</summary>
    public static double Measure(Device device, ScalarType type, Clock clock)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var size = SizeOn(device);
        var (left, right) = (randn([size, size], type, device), randn([size, size], type, device));
        return 2.0 * size * size * size * clock.PerSecond(() => mm(left, right).Dispose());
    }
}
