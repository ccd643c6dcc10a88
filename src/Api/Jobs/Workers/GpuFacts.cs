using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>What the driver's own tool says of a GPU; TorchSharp tells neither.</summary>
/// <param name="Name">Such as <c>NVIDIA H200</c>.</param>
/// <param name="MemoryBytes">All of its memory.</param>
internal sealed record GpuFacts(string Name, long MemoryBytes)
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks for a GPU by its number in this process. Null when the tool is not there or does not know.</summary>
    public static GpuFacts? Read(int index)
    {
        // CUDA numbers those that it may see, the tool numbers all.
        var visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var asked = index < visible?.Length ? visible[index] : index.ToString(CultureInfo.InvariantCulture);
        try
        {
            using var tool = Process.Start(new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits", "-i", asked])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            var said = tool!.StandardOutput.ReadToEndAsync();
            if (!tool.WaitForExit(Patience))
            {
                tool.Kill();
                return null;
            }
            return tool.ExitCode == 0 ? Parse(said.GetAwaiter().GetResult()) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Reads a line such as <c>NVIDIA H200, 143771</c>; null when it is another.</summary>
    internal static GpuFacts? Parse(string said)
    {
        var line = said.Trim();
        var comma = line.LastIndexOf(',');
        return comma > 0 && !line.Contains('\n') && long.TryParse(line[(comma + 1)..].Trim(), CultureInfo.InvariantCulture, out var mebibytes)
            ? new GpuFacts(line[..comma].Trim(), mebibytes * Mebibyte)
            : null;
    }
}
