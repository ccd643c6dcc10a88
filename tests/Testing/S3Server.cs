using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace FeedbackService.Testing;

/// <summary>An S3-compatible store in a process of its own (npm's <c>s3rver</c>), with one empty bucket. It overwrites without being asked.</summary>
public sealed partial class S3Server : IAsyncDisposable
{
    public const string Bucket = "artifacts";

    /// <summary>Access key and secret alike.</summary>
    public const string Key = "S3RVER";

    private const string Version = "3.7.1";
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private S3Server(Process process, string folder)
    {
        _process = process;
        Folder = folder;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    private string Folder { get; }

    public static async Task<S3Server> StartAsync(CancellationToken cancellationToken)
    {
        var program = Path.Combine(await Installed.Value, "node_modules", "s3rver", "bin", "s3rver.js");
        var folder = Directory.CreateTempSubdirectory("s3-").FullName;
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { program, "-d", folder, "-a", "127.0.0.1", "-p", "0", "--no-vhost-buckets", "--silent", "--configure-bucket", Bucket })
        {
            start.ArgumentList.Add(argument);
        }

        var server = new S3Server(Process.Start(start)!, folder);
        var started = TimeProvider.System.GetTimestamp();
        while (Listens().Match(server.Output) is not { Success: true })
        {
            if (server._process.HasExited || TimeProvider.System.GetElapsedTime(started) > StartDeadline)
            {
                throw new InvalidOperationException($"s3rver does not listen: {server.Output}");
            }

            await Task.Delay(20, cancellationToken);
        }

        server.Address = new Uri(Listens().Match(server.Output).Groups[1].Value.Insert(0, "http://"));
        return server;
    }

    /// <summary>Turns one byte of an object round, as a failing disk does.</summary>
    public void Damage(string key)
    {
        var path = Path.Combine(Folder, Bucket, key + "._S3rver_object");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
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

    [GeneratedRegex(@"listening on (127\.0\.0\.1:[0-9]+)")]
    private static partial Regex Listens();
}
