using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Sweeping;
using FeedbackService.Api.Tests.Storage;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Api.Tests.Registry;

/// <summary>The registry over a real database and folder, with artifacts whose files are real and whose weights are not.</summary>
internal sealed class RegistryFixture : IAsyncDisposable
{
    private RegistryFixture(TestStorage storage, IContentStore store)
    {
        Storage = storage;
        Store = store;
        Artifacts = new ArtifactStore(store);
        Publisher = new ModelPublisher(Artifacts, new GarbageMarks(storage, storage.Clock));
        Registry = new ModelRegistry(storage, Artifacts, new ReservedNames(new HashSet<string> { "mlp" }), new DamagedModels());
        Models = new ModelStore(storage, storage.Clock);
        Aliases = new AliasStore(storage, storage.Clock);
    }

    public TestStorage Storage { get; }

    public IContentStore Store { get; }

    public ArtifactStore Artifacts { get; }

    public ModelPublisher Publisher { get; }

    public ModelRegistry Registry { get; }

    public ModelStore Models { get; }

    public AliasStore Aliases { get; }

    public static async Task<RegistryFixture> CreateAsync(Func<DataFolder, IContentStore>? open = null)
    {
        var storage = await TestStorage.CreateAsync();
        return new(storage, open?.Invoke(storage.Folder) ?? new FolderContentStore(storage.Folder.Root));
    }

    /// <summary>A finished artifact in a local folder, as a training leaves it.</summary>
    public string Stage(string content, ArtifactKind kind = ArtifactKind.Complete)
    {
        var directory = Path.Combine(Storage.Folder.Temporary, Path.GetRandomFileName());
        Directory.CreateDirectory(directory);
        var files = new List<ArtifactFile>();
        foreach (var name in new[] { "config.json", "model.safetensors", "tokenizer_config.json" })
        {
            var (size, hash) = DurableFiles.Create(Path.Combine(directory, name), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(name + content)));
            files.Add(new ArtifactFile(name, size, hash));
        }
        var manifest = new ArtifactManifest
        {
            FormatVersion = ArtifactManifest.CurrentFormatVersion,
            Kind = kind,
            CreatedAt = DateTimeOffset.UnixEpoch, // equal contents make equal artifacts
            Precision = ArtifactPrecision.Float32,
            Files = files,
            Lineage = new ArtifactLineage(),
        };
        DurableFiles.Create(Path.Combine(directory, ArtifactFiles.Manifest), stream => stream.Write(JsonFiles.ToBytes(manifest)));
        return directory;
    }

    public async Task<string> PublishAsync(string name, ArtifactKind kind = ArtifactKind.Complete, string? content = null)
    {
        var artifact = await Publisher.StoreAsync(Stage(content ?? Path.GetRandomFileName(), kind), CancellationToken.None);
        Storage.Clock.Advance(TimeSpan.FromSeconds(1));
        return await RegisterAsync(name, artifact);
    }

    /// <summary>Gives a stored artifact a name.</summary>
    public async Task<string> RegisterAsync(string name, VerifiedArtifact artifact)
    {
        await using var db = Storage.CreateDbContext();
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, CancellationToken.None);
        var address = await Publisher.AddVersionAsync(db, name, artifact, null, null, Storage.Clock.NowMicroseconds(), CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return address;
    }

    public Task MoveAsync(string model, string alias, int version, long? revision = null) =>
        Aliases.PutAsync(new AliasMove(model, alias, version, "because", null), revision is { } seen ? AliasPrecondition.Seen(seen) : AliasPrecondition.None, CancellationToken.None);

    public ValueTask DisposeAsync() => Storage.DisposeAsync();
}
