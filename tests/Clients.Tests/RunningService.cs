using FeedbackService.Clients.Tests;
using FeedbackService.Testing;

[assembly: AssemblyFixture(typeof(RunningService))]

namespace FeedbackService.Clients.Tests;

/// <summary>The service as people start it, empty at first, for all tours.</summary>
public sealed class RunningService : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("feedbackservice-clients-");
    private ServiceProcess? _process;

    /// <summary>What clients call the base URL.</summary>
    public Uri BaseUrl { get; private set; } = new("http://127.0.0.1");

    /// <summary>All it has printed.</summary>
    public string Output => _process?.Output ?? "";

    public async ValueTask InitializeAsync()
    {
        _process = ServiceProcess.Start(_data.FullName);
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
