using System.Diagnostics;
using System.Text;

namespace FeedbackService.Api.Tests.Jobs;

/// <summary>The real program in a process of its own, to be killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServiceProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static ServiceProcess Start(string dataFolder)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "FeedbackService.Api.exe" : "FeedbackService.Api"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            "--data-dir", dataFolder, "--urls", "http://127.0.0.1:0", "--device", "cpu", "--sample-on-first-start", "off",
            "--Jobs:CheckpointEvery=00:00:00.2",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>SIGKILL: nothing of the program runs after it. Children are left to themselves.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Command lines of all processes that name the folder.</summary>
    public static IReadOnlyList<string> Naming(string dataFolder)
    {
        var found = new List<string>();
        foreach (var entry in Directory.EnumerateDirectories("/proc").Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(entry, "cmdline")).Replace('\0', ' ');
                if (command.Contains(dataFolder, StringComparison.Ordinal))
                {
                    found.Add($"{Path.GetFileName(entry)} {command}");
                }
            }
            catch (IOException)
            {
                // It has ended since it was listed.
            }
        }
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
