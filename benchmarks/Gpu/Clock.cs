using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Gpu;

/// <summary>Measures work on a device.</summary>
/// <param name="device">Calls to a GPU return before the work is done.</param>
/// <param name="seconds">About how long.</param>
internal sealed class Clock(Device device, double seconds)
{
    private const int WarmUps = 3;
    private const int Windows = 5;

    /// <summary>How often the work is done per second: the median of five windows.</summary>
    /// <param name="work">Done again and again.</param>
    public double PerSecond(Action work)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            work();
        }

        var rates = new List<double>(Windows);
        for (var window = 0; window < Windows; window++)
        {
            Wait();
            var began = Stopwatch.GetTimestamp();
            var times = 0;
            do
            {
                work();
                times++;

                // Else the host would run ahead of the device without end.
                Wait();
            }
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds / Windows);
            rates.Add(times / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return rates.Order().ElementAt(Windows / 2);
    }

    private void Wait()
    {
        if (device.type == DeviceType.CUDA)
        {
            cuda.synchronize(device);
        }
    }
}
