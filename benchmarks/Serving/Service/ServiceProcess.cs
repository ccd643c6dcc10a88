using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FeedbackService.ServingBenchmark.Service;

/// <summary>The real program in a process of its own, with the settings that it comes with unless others are given, on a free port and a data folder of its own.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int KeptLines = 200;
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _data;
    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(DirectoryInfo data, IReadOnlyList<string> settings)
    {
        _data = data;
        _process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "FeedbackService.Api.exe" : "FeedbackService.Api"),
            ["--data-dir", data.FullName, "--urls", "http://127.0.0.1:0", "--role", "all", "--device", "cpu", "--sample-on-first-start", "off", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The service has ended:{Environment.NewLine}{Output()}"));
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Of the system.</summary>
    public int Id => _process.Id;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The route that is measured.</summary>
    public Uri Classify => new(Address, "/v1/classify");

    /// <summary>CPU time of all its threads.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it with a model whose versions are these artifacts, and waits until it listens.</summary>
    public static Task<ServiceProcess> StartAsync(params IReadOnlyList<string> artifacts) => StartAsync(artifacts, []);

    /// <summary>Starts it with further settings.</summary>
    /// <param name="artifacts">Versions of the model.</param>
    /// <param name="settings">As on its command line.</param>
    public static async Task<ServiceProcess> StartAsync(IReadOnlyList<string> artifacts, IReadOnlyList<string> settings)
    {
        var data = Directory.CreateTempSubdirectory("serving-benchmark-");
        await Registration.AddAsync(data.FullName, ServedModel.Name, artifacts);
        var service = new ServiceProcess(data, settings);
        try
        {
            service.Address = await service._address.Task.WaitAsync(StartDeadline);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it; its data folder goes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _data.Delete(recursive: true);
    }

    // Read to the end, or the service would stand still with a full pipe.
    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        if (Listens().Match(line) is { Success: true } said)
        {
            _address.TrySetResult(new Uri(said.Groups[1].Value));
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }
    }

    private string Output()
    {
        lock (_lines)
        {
            return string.Join(Environment.NewLine, _lines);
        }
    }

    [GeneratedRegex("listens on (http://[0-9.:]+)")]
    private static partial Regex Listens();
}
