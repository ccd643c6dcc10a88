using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace FeedbackService.Testing;

/// <summary>The real program in a process of its own, on a free port.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);

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

    /// <summary>Of the system.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Once it has exited; 128 and the signal's number if one ended it.</summary>
    public int ExitCode => _process.ExitCode;

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

    /// <summary>Starts it on a data folder; arguments are added to those of a quiet service on a free port.</summary>
    public static ServiceProcess Start(string dataFolder, params IEnumerable<string> arguments) => Start(dataFolder, new Dictionary<string, string>(), arguments);

    /// <summary>The same with variables on top of the environment.</summary>
    public static ServiceProcess Start(string dataFolder, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "FeedbackService.Api.exe" : "FeedbackService.Api"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] usual = ["--data-dir", dataFolder, "--urls", "http://127.0.0.1:0", "--device", "cpu", "--sample-on-first-start", "off"];
        foreach (var argument in usual.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        if (!OperatingSystem.IsWindows())
        {
            ProcessKeeper.Watch(process.Id);
        }
        return new ServiceProcess(process);
    }

    /// <summary>Where it listens, once it does.</summary>
    /// <exception cref="InvalidOperationException">It ended or did not begin to listen; the message has its output.</exception>
    public async Task<Uri> ListeningAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Listens().Match(Output) is { Success: true } said)
            {
                return new Uri(said.Groups[1].Value);
            }
            if (HasExited || TimeProvider.System.GetElapsedTime(started) > StartDeadline)
            {
                throw new InvalidOperationException($"The service does not listen:{Environment.NewLine}{Output}");
            }
            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>SIGKILL: nothing of the program runs after it. Children are left to themselves.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Sends a signal to the program alone.</summary>
    public void Send(ProcessSignal signal) => ProcessTree.Send(_process.Id, signal);

    /// <summary>Sends a signal to the program and then to all that it has started, its trainers.</summary>
    public void SendToAll(ProcessSignal signal)
    {
        if (!_process.HasExited)
        {
            foreach (var process in ProcessTree.Of(_process.Id))
            {
                ProcessTree.Send(process, signal);
            }
        }
    }

    /// <summary>SIGKILL of the program and its trainers, as when a machine goes.</summary>
    public async Task KillAllAsync()
    {
        SendToAll(ProcessSignal.Kill);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Returns when it has ended by itself.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

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

    [GeneratedRegex("listens on (http://[0-9.:]+)")]
    private static partial Regex Listens();
}
