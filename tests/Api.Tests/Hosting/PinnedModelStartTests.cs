using FeedbackService.Api.Serving;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Api.Tests.Serving;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>The service started on a folder that has models already.</summary>
public sealed class PinnedModelStartTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("feedbackservice-pinned-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var before = NewHost("api", pinned: null);
        _ = before.Address;
        await SwapClient.RegisterAsync(before.Services, "news");
        await SwapClient.RegisterAsync(before.Services, "spam");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task PinnedModels_AreInMemoryBeforeAnybodyAsks_AndWhatIsWrongHoldsNothingUp()
    {
        await using var api = NewHost("api", "nope;news;news@champion;spam:2");
        using var http = api.NewClient();
        Scrape? scrape = null;
        await Eventually.HoldsAsync(
            async _ => (scrape = await Scrape.TakeAsync(http))["feedbackservice_models_pinned"] == 2, TimeSpan.FromSeconds(30), () => "Not loaded.", Cancel);
        Assert.True(scrape!["""feedbackservice_model_loaded_bytes{model="news",version="1"}"""] > 0);
        Assert.True(scrape["""feedbackservice_model_loaded_bytes{model="spam",version="2"}"""] > 0);
        Assert.Equal(0, scrape["""feedbackservice_classify_requests_total{priority="interactive",outcome="answered"}"""]);
    }

    [Fact]
    public async Task Worker_PinsNothing()
    {
        await using var worker = NewHost("worker", "news");
        using var http = worker.NewClient();
        Assert.Equal(0, (await Scrape.TakeAsync(http))["feedbackservice_models_pinned"]);
        Assert.Null(worker.Services.GetService<PinnedModels>());
    }

    private ApiFixture NewHost(string role, string? pinned)
    {
        var settings = new Dictionary<string, string> { ["data-dir"] = _folder.FullName };
        if (TestProvider.DatabaseOf(_folder.FullName) is { } database)
        {
            settings["database"] = database;
        }

        return new ApiFixture { Role = role, Settings = settings, MoreServices = services => services.Configure<ServingOptions>(options => options.Pinned = pinned) };
    }
}
