using System.Diagnostics;
using System.Globalization;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Model.Inference;

namespace FeedbackService.CheckpointImport;

/// <summary>Imports once and says what it cost.</summary>
internal static class Import
{
    /// <summary>Peak resident memory of the process, runtime and libtorch included, what it was before, size of the file, and seconds.</summary>
    public static string Run(string checkpoint, string artifact)
    {
        TorchRuntime.EnsureLoaded();
        var before = Peak();
        var clock = Stopwatch.StartNew();
        Model.HuggingFace.CheckpointImport.Run(checkpoint, artifact, DateTimeOffset.UnixEpoch, new ArtifactLineage());
        var seconds = clock.Elapsed.TotalSeconds;
        var (peak, file) = (Peak(), new FileInfo(Path.Combine(checkpoint, CheckpointFiles.Weights)).Length);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Mebi(file)} MiB of weights in {seconds:F1} s; peak {Mebi(peak)} MiB = {(double)peak / file:F2} × the file, {Mebi(before)} MiB of it before the import");
    }

    private static long Peak()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static string Mebi(long bytes) => (bytes / (1024.0 * 1024)).ToString("F0", CultureInfo.InvariantCulture);
}
