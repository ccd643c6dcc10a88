using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Tests.Observability;
using FeedbackService.Api.Tests.Registry;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Serving;

/// <summary>What addresses mean, over a real registry and real models, with a clock to set and a database that can be taken away.</summary>
internal sealed class RouteBench : IAsyncDisposable
{
    private readonly RegistryFixture _registry;
    private readonly Contexts _contexts;
    private readonly ModelExchange _exchange;

    private RouteBench(RegistryFixture registry, ServingOptions? options)
    {
        _registry = registry;
        _contexts = new Contexts(registry.Storage);
        Serving = ServingBench.Started(options);
        Metrics = new ModelRouteMetrics(Serving.Registry);
        var lookup = new ModelRegistry(_contexts, registry.Artifacts, new ReservedNames(new HashSet<string>()), new DamagedModels());
        var warmer = new ModelWarmer(Serving.Engine);
        _exchange = new ModelExchange(lookup, Serving.Cache, warmer, Metrics, Clock, NullLogger<ModelExchange>.Instance);
        Routes = new ModelRoutes(lookup, _exchange, Serving.Cache, registry.Storage.Changes, Metrics, Clock);
        Pinned = new PinnedModels(Options.Create(Serving.Options), Routes, Serving.Cache, warmer, Serving.Metrics, Clock, PinnedLog);
    }

    public ServingBench Serving { get; }

    public ModelRouteMetrics Metrics { get; }

    public ModelRoutes Routes { get; }

    public PinnedModels Pinned { get; }

    public LogLines<PinnedModels> PinnedLog { get; } = new();

    public FakeTimeProvider Clock => _registry.Storage.Clock;

    /// <summary>Times that the registry was asked.</summary>
    public int Asked => _contexts.Opened;

    /// <summary>What asking the registry ends with; null: it answers.</summary>
    public Exception? Fault
    {
        set => _contexts.Fault = value;
    }

    public static async Task<RouteBench> CreateAsync(ServingOptions? options = null) => new(await RegistryFixture.CreateAsync(), options);

    /// <summary>Registers the next version of a model, with weights of its own.</summary>
    /// <returns>Its folder.</returns>
    public async Task<string> PublishAsync(string name, ClassifierConfig? config = null)
    {
        var staged = Path.Combine(_registry.Storage.Folder.Staging, Path.GetRandomFileName());
        TinyArtifacts.Write(staged, config ?? TinyModels.Plain());
        var artifact = await _registry.Publisher.StoreAsync(staged, CancellationToken.None);
        await using var db = _registry.Storage.CreateDbContext();
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, CancellationToken.None);
        await _registry.Publisher.AddVersionAsync(db, name, artifact, null, null, Clock.NowMicroseconds(), CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return _registry.Storage.Folder.Resolve(artifact.Stored.Directory);
    }

    /// <summary>Points <c>production</c> at a version and waits as the route does.</summary>
    public async Task MoveAsync(string name, int version)
    {
        await _registry.MoveAsync(name, ModelNames.Production, version);
        await Routes.SettleAsync(name, CancellationToken.None);
    }

    /// <summary>Deletes a version and waits as the route does.</summary>
    public async Task DeleteAsync(string name, int version)
    {
        await _registry.Models.DeleteVersionAsync(name, version, CancellationToken.None);
        await Routes.SettleAsync(name, CancellationToken.None);
    }

    /// <summary>Points <c>production</c> at a version and waits for nothing.</summary>
    public Task MoveUnseenAsync(string name, int version) => _registry.MoveAsync(name, ModelNames.Production, version);

    public async Task<ServableModel> FindAsync(string address) => await Routes.FindAsync(address, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Pinned.Dispose();
        Routes.Dispose();
        _exchange.Dispose();
        await Serving.DisposeAsync();
        await _registry.DisposeAsync();
    }

    private sealed class Contexts(IDbContextFactory<AppDbContext> inner) : IDbContextFactory<AppDbContext>
    {
        private int _opened;

        public int Opened => Volatile.Read(ref _opened);

        public Exception? Fault { get; set; }

        public AppDbContext CreateDbContext()
        {
            Interlocked.Increment(ref _opened);
            return Fault is { } fault ? throw fault : inner.CreateDbContext();
        }
    }
}
