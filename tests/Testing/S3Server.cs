using System.Diagnostics;
using System.Globalization;
using System.Text;
using FeedbackService.Testing.Invariants;

namespace FeedbackService.Testing;

/// <summary>An S3-compatible store in a process of its own (npm's <c>s3rver</c>), with one empty bucket. It overwrites without being asked.</summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "artifacts";

    /// <summary>Access key and secret alike.</summary>
    public const string Key = "S3RVER";

    private const string Version = "3.7.1";
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    private readonly StringBuilder _output = new();
    private readonly string _program;
    private readonly string _copies = Directory.CreateTempSubdirectory("s3-copies-").FullName;
    private Process? _process;

    private S3Server(string program, string folder) => (_program, Folder) = (program, folder);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    private string Folder { get; }

    /// <summary>Installs it if need be and starts it.</summary>
    public static async Task<S3Server> StartAsync(CancellationToken cancellationToken)
    {
        var program = Path.Combine(await Installed.Value, "node_modules", "s3rver", "bin", "s3rver.js");
        var server = new S3Server(program, Directory.CreateTempSubdirectory("s3-").FullName);
        var port = FreePort.Take();
        server.Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        await server.StartAgainAsync(cancellationToken);
        return server;
    }

    /// <summary>Ends it at once; what it has stays.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
            _process = null;
        }
    }

    /// <summary>Starts it after a stop, on the same address.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        var port = Address.Port.ToString(CultureInfo.InvariantCulture);
        foreach (var argument in new[] { _program, "-d", Folder, "-a", "127.0.0.1", "-p", port, "--no-vhost-buckets", "--silent", "--configure-bucket", Bucket })
        {
            start.ArgumentList.Add(argument);
        }
        lock (_output)
        {
            _output.Clear();
        }
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync(
            _ => _process.HasExited
                ? throw new InvalidOperationException($"s3rver has ended: {Output}")
                : Task.FromResult(Output.Contains("listening on", StringComparison.Ordinal)),
            StartDeadline,
            () => Output,
            cancellationToken);
    }

    /// <summary>What is in the bucket, read past the server.</summary>
    public IStoredFiles Stored => new StoredBucket(Path.Combine(Folder, Bucket), _copies);

    /// <summary>Turns one byte of an object round, as a failing disk does.</summary>
    public void Damage(string key)
    {
        var path = Path.Combine(Folder, Bucket, key + StoredBucket.Suffix);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(_copies, recursive: true);
    }

    private string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    // Once per user and version; whole under another name first, for several test runs may install at once.
    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"feedback-tests-{Environment.UserName}", $"s3rver-{Version}");
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var unfinished = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}").FullName;
        var start = new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--prefix", unfinished, $"s3rver@{Version}"]);
        var end = await ProcessEnd.OfAsync(start, InstallDeadline, CancellationToken.None);
        if (end.Code != 0)
        {
            throw new InvalidOperationException($"npm cannot install s3rver (Debian: apt-get install nodejs npm): {end.Error}");
        }

        try
        {
            Directory.Move(unfinished, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        return folder;
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
