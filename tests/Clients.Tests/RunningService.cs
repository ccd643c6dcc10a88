using System.Security.Cryptography;
using FeedbackService.Clients.Tests;
using FeedbackService.Testing;

[assembly: AssemblyFixture(typeof(RunningService))]

namespace FeedbackService.Clients.Tests;

/// <summary>The service as people start it, empty at first and asking for a key, for all tours.</summary>
public sealed class RunningService : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("feedbackservice-clients-");
    private ServiceProcess? _process;

    /// <summary>What clients call the base URL.</summary>
    public Uri BaseUrl { get; private set; } = new("http://127.0.0.1");

    /// <summary>The key it asks for.</summary>
    public string Key { get; } = RandomNumberGenerator.GetHexString(64);

    public async ValueTask InitializeAsync()
    {
        var keyFile = Path.Combine(_data.FullName, "key");
        await File.WriteAllTextAsync(keyFile, Key, TestContext.Current.CancellationToken);
        _process = ServiceProcess.Start(Path.Combine(_data.FullName, "data"), "--admin-key-file", keyFile);
        BaseUrl = new Uri(await _process.ListeningAsync(TestContext.Current.CancellationToken), "v1");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
        _data.Delete(recursive: true);
    }
}
