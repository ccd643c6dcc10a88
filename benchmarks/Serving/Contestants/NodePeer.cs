using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FeedbackService.Model.Tokenization;
using FeedbackService.ServingBenchmark.Load;

namespace FeedbackService.ServingBenchmark.Contestants;

/// <summary>The same graph behind a minimal server in Node.js (folder <c>peer</c>), in a process of its own.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private const string Says = "listening ";
    private const int IdsPerRequest = 500;

    private readonly Process _process;

    private NodePeer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>CPU time of all its threads.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Installs its packages if they are not there, and starts it.</summary>
    /// <param name="graph">File of the graph.</param>
    /// <param name="artifact">Folder with labels and tokenizer.</param>
    /// <exception cref="InvalidOperationException">There is no npm, or it does not start.</exception>
    public static async Task<NodePeer> StartAsync(string graph, string artifact)
    {
        await InstallAsync();
        var process = Start("node", "server.mjs", graph, artifact);
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.StartsWith(Says, StringComparison.Ordinal) == true
            ? new NodePeer(process, new Uri($"http://127.0.0.1:{int.Parse(line[Says.Length..], CultureInfo.InvariantCulture)}/"))
            : throw new InvalidOperationException("The Node server does not start.");
    }

    /// <summary>What its tokenizer makes of texts.</summary>
    public async Task<IReadOnlyList<int[]>> IdsAsync(IReadOnlyList<TextInput> inputs)
    {
        using var requester = new Requester(new Uri(Address, "ids"));
        var ids = new List<int[]>();
        foreach (var body in Bodies.OfPeer(inputs, IdsPerRequest))
        {
            ids.AddRange(JsonSerializer.Deserialize<int[][]>((await requester.PostAsync(body)).Body)!);
        }

        return ids;
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(Places.Peer, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Places.Peer, "package-lock.json")))
        {
            return;
        }

        // Scripts of packages would fetch builds for GPUs.
        using var npm = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"The packages of {Places.Peer} cannot be installed: npm ended with {npm.ExitCode}.");
        }
    }

    private static Process Start(string program, params IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = Places.Peer })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"The Node server needs Node.js 20 or later with npm, and there is no '{program}' on PATH.");
        }
    }
}
