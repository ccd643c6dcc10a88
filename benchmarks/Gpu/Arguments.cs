using System.Globalization;

namespace FeedbackService.Gpu;

/// <summary>What the command line asks for.</summary>
/// <param name="Device">auto, cpu, cuda or cuda:N. Default auto.</param>
/// <param name="TorchNative">Folder with libtorch to load; null for the one that came along.</param>
/// <param name="IsBase">BERT-base's size instead of a small one; null: on a GPU.</param>
/// <param name="PeakTera">The card's nominal rate of bfloat16 products without sparsity, 10¹² operations per second; null: not known.</param>
/// <param name="Seconds">About how long each figure is measured.</param>
internal sealed record Arguments(string Device, string? TorchNative, bool? IsBase, double? PeakTera, double Seconds)
{
    /// <summary>How to call the program.</summary>
    public const string Usage = "options: --device auto|cpu|cuda[:N]  --torch-native DIR  --size small|base  --peak TFLOPS  --seconds S";

    /// <summary>Reads them; null when they cannot be read.</summary>
    public static Arguments? Parse(IReadOnlyList<string> args)
    {
        var read = new Arguments("auto", null, null, null, 1);
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : string.Empty;
            var number = double.TryParse(value, CultureInfo.InvariantCulture, out var parsed) && parsed > 0 ? parsed : (double?)null;
            var next = args[i] switch
            {
                "--device" when value.Length > 0 => read with { Device = value },
                "--torch-native" when value.Length > 0 => read with { TorchNative = value },
                "--size" when value is "small" or "base" => read with { IsBase = value == "base" },
                "--peak" when number is not null => read with { PeakTera = number },
                "--seconds" when number is not null => read with { Seconds = number.Value },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            read = next;
        }

        return read;
    }
}
