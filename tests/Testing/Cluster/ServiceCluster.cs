using System.Globalization;

namespace FeedbackService.Testing.Cluster;

/// <summary>Real processes of the service in their roles, on one database and one place for artifacts.</summary>
/// <param name="settings">What they have in common.</param>
public sealed class ServiceCluster(ClusterSettings settings) : IAsyncDisposable
{
    private const int ShownCharacters = 20_000;

    private readonly List<ClusterNode> _nodes = [];

    /// <summary>What the processes have in common.</summary>
    public ClusterSettings Settings => settings;

    /// <summary>All processes, in the order in which they were added.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    /// <summary>Those that answer requests.</summary>
    public IReadOnlyList<ClusterNode> Apis => [.. _nodes.Where(node => !node.Name.StartsWith("worker", StringComparison.Ordinal))];

    /// <summary>Those that work on jobs only.</summary>
    public IReadOnlyList<ClusterNode> Workers => [.. _nodes.Where(node => node.Name.StartsWith("worker", StringComparison.Ordinal))];

    /// <summary>Data folders of the processes: one for all, or one each.</summary>
    public IReadOnlyList<string> DataFolders => [.. _nodes.Select(node => DataFolderOf(node.Name)).Distinct(StringComparer.Ordinal)];

    /// <summary>A further process that does everything.</summary>
    public Task<ClusterNode> StartAllAsync(CancellationToken cancellationToken) => StartAsync("all", [], null, cancellationToken);

    /// <summary>A further process that answers requests.</summary>
    public Task<ClusterNode> StartApiAsync(CancellationToken cancellationToken) => StartAsync("api", [], null, cancellationToken);

    /// <summary>A further process that works on jobs.</summary>
    /// <param name="arguments">Of this one besides those of all.</param>
    /// <param name="environment">Of its first start besides that of all.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    public Task<ClusterNode> StartWorkerAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken) =>
        StartAsync("worker", arguments, environment, cancellationToken);

    /// <summary>A further process, ready to work.</summary>
    /// <param name="role"><c>all</c>, <c>api</c> or <c>worker</c>.</param>
    /// <param name="arguments">Of this one besides those of all.</param>
    /// <param name="environment">Of its first start besides that of all.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="TimeoutException">It does not get ready; the message has its output.</exception>
    public async Task<ClusterNode> StartAsync(
        string role, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        var node = Add(role, arguments);
        await node.StartAsync(With(environment));
        await node.WaitUntilReadyAsync(cancellationToken);
        return node;
    }

    /// <summary>Starts a process again that has ended, without the variables of its first start, and does not wait for it.</summary>
    public Task RestartAsync(ClusterNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.StartAsync(settings.Environment);
    }

    /// <summary>Outputs of all processes, the end of each, for the message of a failure.</summary>
    public string Report() => string.Join(Environment.NewLine, _nodes.Select(node =>
    {
        var output = node.Output;
        return $"==== {node.Name} {(node.Runs ? "runs" : "has ended")} ===={Environment.NewLine}{output[Math.Max(0, output.Length - ShownCharacters)..]}";
    }));

    /// <summary>Returns when the condition holds; when it does not, the message has the outputs of all processes.</summary>
    /// <exception cref="TimeoutException">The condition did not come true.</exception>
    public Task WaitUntilAsync(Func<CancellationToken, Task<bool>> condition, TimeSpan deadline, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(condition, deadline, Report, cancellationToken);

    /// <summary>Kills what runs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private ClusterNode Add(string role, IReadOnlyList<string> arguments)
    {
        var number = _nodes.Count(node => node.Name.StartsWith(role, StringComparison.Ordinal)) + 1;
        var name = string.Create(CultureInfo.InvariantCulture, $"{role}-{number}");
        var all = new List<string> { "--role", role };
        if (settings.Database is not null)
        {
            all.AddRange(["--database", settings.Database]);
        }
        if (settings.Artifacts is not null)
        {
            all.AddRange(["--artifacts", settings.Artifacts]);
        }
        var node = new ClusterNode(name, DataFolderOf(name), [.. all, .. settings.Arguments, .. arguments]);
        _nodes.Add(node);
        return node;
    }

    private string DataFolderOf(string name) => settings.Artifacts is null ? settings.Root : Path.Combine(settings.Root, name);

    private Dictionary<string, string> With(IReadOnlyDictionary<string, string>? environment)
    {
        var all = new Dictionary<string, string>(settings.Environment, StringComparer.Ordinal);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            all[name] = value;
        }
        return all;
    }
}
