using System.Diagnostics;
using System.Globalization;

namespace FeedbackService.Api.Jobs.Training;

/// <summary>How this program is started once more, as a training process.</summary>
internal static class TrainerCommand
{
    /// <summary>The word a worker says to stop the training at its next step.</summary>
    public const string Stop = "stop";

    private const string RoleOption = "--role";
    private const string Role = "trainer";
    private const string TaskOption = "--task";

    // Settings of the service, of its web server and of its telemetry: the places where keys, certificates' passwords and tokens are.
    private static readonly string[] NotForTrainers = ["FEEDBACKSERVICE_", "ASPNETCORE_", "KESTREL_", "OTEL_"];

    /// <summary>Path of the task file if the process was started as a trainer; null otherwise.</summary>
    public static string? TaskOf(IReadOnlyList<string> args) => args is [RoleOption, Role, TaskOption, var path] ? path : null;

    /// <summary>What to start.</summary>
    /// <param name="task">Path of the task file.</param>
    /// <param name="threads">Threads the training will use.</param>
    public static ProcessStartInfo For(string task, int threads)
    {
        var assembly = typeof(TrainerCommand).Assembly.Location;
        var host = assembly.Length == 0 ? null : Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (assembly.Length == 0)
        {
            // A single file: the program is the process itself.
            start.FileName = Environment.ProcessPath!;
        }
        else if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" || !File.Exists(host))
        {
            start.FileName = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
            start.ArgumentList.Add(assembly);
        }
        else
        {
            start.FileName = host!;
        }
        foreach (var argument in new[] { RoleOption, Role, TaskOption, task })
        {
            start.ArgumentList.Add(argument);
        }
        // All it needs is in its task; what it inherits could be read from the process.
        foreach (var name in start.Environment.Keys.Where(IsNotForTrainers).ToList())
        {
            start.Environment.Remove(name);
        }
        // glibc keeps an arena per thread, which looks like a leak under tensors of changing sizes.
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    private static bool IsNotForTrainers(string variable) =>
        NotForTrainers.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
