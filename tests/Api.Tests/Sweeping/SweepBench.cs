using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Quotas;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Sweeping;
using FeedbackService.Api.Tests.Registry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Tests.Sweeping;

/// <summary>The sweeper over a real database and folder, with a clock to set.</summary>
internal sealed class SweepBench : IAsyncDisposable
{
    public static readonly SweepOptions Settings = new();

    private readonly FolderContentStore _store;
    private readonly LeftoverRemoval _removal;
    private readonly FileLeftovers _fileLeftovers = new();

    private SweepBench(RegistryFixture registry)
    {
        Registry = registry;
        _store = new FolderContentStore(Folder.Root);
        _removal = new LeftoverRemoval(registry.Storage, _store, NullLogger<LeftoverRemoval>.Instance);
        var quotas = new KeyQuotas(new HttpContextAccessor(), Options.Create(new QuotaOptions()));
        Files = new FileStore(registry.Storage, new FileContents(Folder, _store), _fileLeftovers, _removal, quotas, registry.Storage.Clock);
        Sweeper = NewSweeper(registry.Storage.Clock, Folder);
    }

    public RegistryFixture Registry { get; }

    public FileStore Files { get; }

    public Sweeper Sweeper { get; }

    public DataFolder Folder => Registry.Storage.Folder;

    public static async Task<SweepBench> CreateAsync() => new(await RegistryFixture.CreateAsync());

    /// <summary>A further process's sweeper.</summary>
    /// <param name="clock">Its clock.</param>
    /// <param name="scratch">Its own folder.</param>
    public Sweeper NewSweeper(TimeProvider clock, DataFolder scratch)
    {
        var (storage, options) = (Registry.Storage, Options.Create(Settings));
        ILeftovers[] kinds = [new ArtifactLeftovers(), new CheckpointLeftovers(), new BatchLeftovers(), _fileLeftovers, new PredictionLeftovers(clock, options)];
        var cache = new ContentCache(scratch, clock, Options.Create(new StorageOptions()));
        return new Sweeper(
            storage, kinds, new GarbageMarks(storage, clock), new RowExpiry(storage, Files, clock, options), _removal,
            new Scratch(storage, scratch, cache, kinds, clock, NullLogger<Scratch>.Instance), new OwnSweepTurn(), _store,
            Options.Create(new ServiceOptions()), clock, options, NullLogger<Sweeper>.Instance);
    }

    /// <summary>Lets what is unneeded be marked, and its time of grace pass.</summary>
    public async Task<SweepReport> SweepAfterGraceAsync(bool dryRun = false)
    {
        await Sweeper.SweepAsync(dryRun: false, CancellationToken.None);
        Registry.Storage.Clock.Advance(Settings.Grace);
        return await Sweeper.SweepAsync(dryRun, CancellationToken.None);
    }

    /// <summary>An artifact that no version names.</summary>
    /// <returns>Its folder.</returns>
    public async Task<string> OrphanAsync(string content) =>
        Folder.Resolve((await Registry.Publisher.StoreAsync(Registry.Stage(content), CancellationToken.None)).Stored.Directory);

    public ValueTask DisposeAsync()
    {
        Sweeper.Dispose();
        return Registry.DisposeAsync();
    }
}
