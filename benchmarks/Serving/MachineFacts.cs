using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace FeedbackService.ServingBenchmark;

/// <summary>On what and with what it was measured.</summary>
internal static class MachineFacts
{
    /// <summary>Day, in UTC.</summary>
    public static string Today => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A paragraph.</summary>
    public static string Describe() => string.Join(Environment.NewLine,
        $"{Processor()}, {Environment.ProcessorCount} processors, {Memory()}, {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription},",
        $"TorchSharp {VersionOf(typeof(torch))} with libtorch {torch.__version__}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, Node {Ask("node", "--version")} with onnxruntime-node {NodePackage()};",
        $"commit {Ask("git", "rev-parse", "--short=12", "HEAD")}. Load of the machine at the start: {Load()}.");

    /// <summary>Load average of one, five and fifteen minutes; empty where there is none.</summary>
    public static string Load() => Line("/proc/loadavg", "") is { } line ? string.Join(' ', line.Split(' ').Take(3)) : "";

    private static string Processor() => Line("/proc/cpuinfo", "model name")?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string Memory() => Line("/proc/meminfo", "MemTotal:") is { } line
        ? string.Create(CultureInfo.InvariantCulture, $"{long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / (1024.0 * 1024):F0} GiB")
        : "";

    private static string? Line(string file, string start) =>
        File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private static string NodePackage() => (string)JsonNode.Parse(File.ReadAllText(Path.Combine(Places.Peer, "package.json")))!["dependencies"]!["onnxruntime-node"]!;

    private static string Ask(string program, params IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = Places.Home })!;
            var answer = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? answer : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "missing";
        }
    }
}
