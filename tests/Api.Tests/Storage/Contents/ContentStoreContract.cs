using System.Text;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>What every store of artifacts and files promises.</summary>
public abstract class ContentStoreContract : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;
    private readonly string _root = TestStorage.NewRoot();

    private protected DataFolder Folder { get; private set; } = null!;

    private protected IContentStore Store { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Folder = new DataFolder(_root);
        Store = Open(Folder);
        await Store.StartAsync(None);
    }

    public virtual ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task WhatIsPut_IsThereAsItWas_AndGoneAfterRemoval()
    {
        await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        var folder = NewFolder(("manifest.json", "{}"), ("model.safetensors", "weights"));
        await Store.PutFolderAsync("blobs/one", folder, None);
        Assert.False(Directory.Exists(folder));
        Assert.True(await Store.ExistsAsync("files/ab/abc", None) && await Store.ExistsAsync("blobs/one", None));
        Assert.False(await Store.ExistsAsync("blobs/on", None) || await Store.ExistsAsync("files/ab/abcd", None));
        Assert.Equal("text", await File.ReadAllTextAsync(await Store.GetFileAsync("files/ab/abc", None), None));
        Assert.Equal("weights", await File.ReadAllTextAsync(Path.Combine(await Store.GetFolderAsync("blobs/one", None), "model.safetensors"), None));

        await Store.RemoveAsync("files/ab/abc", None);
        await Store.RemoveAsync("blobs/one", None);
        await Store.RemoveAsync("blobs/one", None);
        await Store.CleanAsync(None);
        Assert.False(await Store.ExistsAsync("files/ab/abc", None) || await Store.ExistsAsync("blobs/one", None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.GetFileAsync("files/ab/abc", None));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Store.GetFolderAsync("blobs/one", None));
    }

    [Fact]
    public async Task FolderWithoutManifest_HasExactlyItsFiles()
    {
        await Store.PutFolderAsync("files/findings/file-a", NewFolder(("issues.jsonl", ""), ("rows.index", "rows"), ("deep/er.txt", "x")), None);
        var path = await Store.GetFolderAsync("files/findings/file-a", None);
        var names = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(path, file));
        Assert.Equal(["deep/er.txt", "issues.jsonl", "rows.index"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task PuttingTheSameAgain_KeepsWhatIsThere()
    {
        for (var time = 0; time < 2; time++)
        {
            await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
            await Store.PutFolderAsync("blobs/one", NewFolder(("manifest.json", "{}"), ("a", "a")), None);
        }

        Assert.Equal("text", await File.ReadAllTextAsync(await Store.GetFileAsync("files/ab/abc", None), None));
        Assert.Equal([("blobs/one", 3L)], await ListAsync("blobs", 1));
    }

    [Fact]
    public async Task PuttingSomethingElse_ReplacesIt()
    {
        await Store.PutFileAsync("files/ab/abc", NewFile("damaged"), None);
        await Store.PutFolderAsync("blobs/one", NewFolder(("manifest.json", "{}"), ("a", "damaged")), None);
        await Store.GetFolderAsync("blobs/one", None);
        await Store.PutFileAsync("files/ab/abc", NewFile("right"), None);
        await Store.PutFolderAsync("blobs/one", NewFolder(("manifest.json", "{}"), ("a", "right")), None);
        Assert.Equal("right", await File.ReadAllTextAsync(await Store.GetFileAsync("files/ab/abc", None), None));
        Assert.Equal("right", await File.ReadAllTextAsync(Path.Combine(await Store.GetFolderAsync("blobs/one", None), "a"), None));
    }

    [Fact]
    public async Task ManyWritersOfOneKey_LeaveOneWholeThing()
    {
        var content = string.Concat(Enumerable.Range(0, 20_000));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await Store.PutFileAsync("files/ab/abc", NewFile(content), None);
            await Store.PutFolderAsync("blobs/one", NewFolder(("manifest.json", "{}"), ("weights", content)), None);
        }));
        Assert.Equal(content, await File.ReadAllTextAsync(await Store.GetFileAsync("files/ab/abc", None), None));
        Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(await Store.GetFolderAsync("blobs/one", None), "weights"), None));
        Assert.Single(await ListAsync("blobs", 1));
    }

    [Fact]
    public async Task ZombieAndSuccessor_ShareNoKey_SoThatNeitherChangesTheOther()
    {
        await Store.PutFolderAsync("checkpoints/job/2-resume-40", NewFolder(("state.json", "successor")), None);
        await Store.PutFolderAsync("checkpoints/job/1-resume-40", NewFolder(("state.json", "zombie")), None);
        Assert.Equal("successor", await File.ReadAllTextAsync(Path.Combine(await Store.GetFolderAsync("checkpoints/job/2-resume-40", None), "state.json"), None));
        await Store.RemoveAsync("checkpoints/job/1-resume-40", None);
        Assert.True(await Store.ExistsAsync("checkpoints/job/2-resume-40", None));
    }

    [Fact]
    public async Task Listing_GivesThingsAtTheirDepth_WithTheirSize()
    {
        await Store.PutFileAsync("files/ab/abc", NewFile("1"), None);
        await Store.PutFileAsync("files/cd/cde", NewFile("22"), None);
        await Store.PutFolderAsync("checkpoints/job/1-step-10", NewFolder(("manifest.json", "{}"), ("a", "333")), None);
        Assert.Equal([("files/ab/abc", 1L), ("files/cd/cde", 2L)], await ListAsync("files", 2));
        Assert.Equal([("checkpoints/job/1-step-10", 5L)], await ListAsync("checkpoints", 2));
        Assert.Equal([("checkpoints/job", 5L)], await ListAsync("checkpoints", 1));
        Assert.Empty(await ListAsync("evaluations", 1));
    }

    [Fact]
    public async Task Readiness_FindsNothingWrong() => Assert.Null(await Store.FindFaultAsync(None));

    private protected abstract IContentStore Open(DataFolder folder);

    protected string NewFile(string content)
    {
        var path = Path.Combine(Folder.Temporary, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, content);
        return path;
    }

    protected string NewFolder(params IEnumerable<(string Name, string Content)> files)
    {
        var folder = Path.Combine(Folder.Temporary, Guid.NewGuid().ToString("N"));
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Encoding.UTF8.GetBytes(content));
        }

        return folder;
    }

    protected async Task<List<(string Key, long Bytes)>> ListAsync(string prefix, int depth)
    {
        var found = new List<(string, long)>();
        await foreach (var (key, bytes) in Store.ListAsync(prefix, depth, None))
        {
            found.Add((key, bytes));
        }

        found.Sort();
        return found;
    }
}
