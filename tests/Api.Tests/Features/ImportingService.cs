namespace FeedbackService.Api.Tests.Features;

/// <summary>The service with its workers, and a hub of its own to import from.</summary>
[CollectionDefinition(nameof(ImportingService))]
public sealed class ImportingService : IAsyncLifetime, ICollectionFixture<ImportingService>
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feedbackservice-import-");

    public ImportingService() => Api = new ApiFixture { Role = "all", Settings = new Dictionary<string, string> { ["hub-url"] = Hub.Address, ["hub-token"] = LocalHub.Token } };

    public ApiFixture Api { get; }

    public LocalHub Hub { get; } = LocalHub.Start();

    /// <summary>For copies of checkpoints.</summary>
    public string Folder => _folder.FullName;

    public ValueTask InitializeAsync()
    {
        _ = Api.Address;
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await Hub.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
