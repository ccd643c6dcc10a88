using System.Text;

namespace FeedbackService.Testing.Cluster;

/// <summary>
/// A process of a cluster that can be ended in any way and started again with the same arguments on the same port, so that its clients find it.
/// </summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);

    private readonly string _dataFolder;
    private readonly IReadOnlyList<string> _arguments;
    private readonly StringBuilder _before = new();
    private readonly HttpClient _health;
    private ServiceProcess? _process;

    internal ClusterNode(string name, string dataFolder, IReadOnlyList<string> arguments)
    {
        (Name, _dataFolder) = (name, dataFolder);
        Address = new Uri($"http://127.0.0.1:{FreePort.Take()}");
        _arguments = ["--urls", Address.GetLeftPart(UriPartial.Authority), .. arguments];
        _health = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>Such as <c>worker-1</c>.</summary>
    public string Name { get; }

    /// <summary>Where it listens, now or after the next start.</summary>
    public Uri Address { get; }

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Whether it runs; one that stands still does.</summary>
    public bool Runs => _process is { HasExited: false };

    /// <summary>Of the process that runs or ran last.</summary>
    public ServiceProcess Process => _process ?? throw new InvalidOperationException($"{Name} was never started.");

    /// <summary>What it has written since its first start.</summary>
    public string Output => _before + (_process?.Output ?? "");

    /// <summary>Starts it, or starts it again.</summary>
    /// <param name="environment">Variables for this start.</param>
    /// <exception cref="InvalidOperationException">It runs.</exception>
    public async Task StartAsync(IReadOnlyDictionary<string, string> environment)
    {
        if (Runs)
        {
            throw new InvalidOperationException($"{Name} runs.");
        }
        if (_process is not null)
        {
            _before.Append(_process.Output).AppendLine($"---- {Name} started again ----");
            await _process.DisposeAsync();
        }
        _process = ServiceProcess.Start(_dataFolder, environment, _arguments);
        Starts++;
    }

    /// <summary>Returns when it says that it can work.</summary>
    /// <exception cref="TimeoutException">It does not; the message has its output.</exception>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(async token => await IsReadyAsync(token), StartDeadline, () => Output, cancellationToken);

    /// <summary>Whether it says that it can work.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _health.GetAsync("/health/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>SIGKILL of the process alone: its trainers notice and end by themselves.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>SIGKILL of the process and its trainers.</summary>
    public Task KillAllAsync() => Process.KillAllAsync();

    /// <summary>SIGTERM, and waits for the end.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public Task TerminateAsync(TimeSpan deadline, CancellationToken cancellationToken)
    {
        Process.Send(ProcessSignal.Terminate);
        return Eventually.HoldsAsync(_ => Task.FromResult(!Runs), deadline, () => Output, cancellationToken);
    }

    /// <summary>Makes the process and its trainers stand still.</summary>
    public void Freeze() => Process.SendToAll(ProcessSignal.Stop);

    /// <summary>Makes them go on.</summary>
    public void Thaw() => Process.SendToAll(ProcessSignal.Continue);

    /// <summary>Kills what runs.</summary>
    public async ValueTask DisposeAsync()
    {
        _health.Dispose();
        if (_process is not null)
        {
            await _process.KillAllAsync();
            await _process.DisposeAsync();
        }
    }
}
