using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using Microsoft.Extensions.Time.Testing;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>A store that overwrites without being asked: keys must keep writers apart.</summary>
public sealed class S3ContentStoreTests(S3Fixture s3) : ContentStoreContract, IClassFixture<S3Fixture>
{
    private readonly string _prefix = S3Stores.NewPrefix();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task TornUpload_IsNotThere_ButIsListedForTheSweep()
    {
        var objects = S3Stores.Objects(s3.Server.Address, _prefix);
        using var weights = new MemoryStream([1, 2, 3]);
        await objects.PutAsync("blobs/torn/model.safetensors", weights, "hash", onlyNew: false, None);
        Assert.False(await Store.ExistsAsync("blobs/torn", None));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Store.GetFolderAsync("blobs/torn", None));
        Assert.Equal([("blobs/torn", 3L)], await ListAsync("blobs", 1));

        await Store.PutFolderAsync("blobs/torn", NewFolder(("manifest.json", "{}"), ("model.safetensors", "weights")), None);
        Assert.Equal("weights", await File.ReadAllTextAsync(Path.Combine(await Store.GetFolderAsync("blobs/torn", None), "model.safetensors"), None));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("manifest.json")]
    public async Task FlippedByte_IsRefused(string file)
    {
        await Store.PutFolderAsync("blobs/one", NewFolder(("manifest.json", "{}"), ("model.safetensors", "weights")), None);
        s3.Server.Damage($"{_prefix}blobs/one/{file}");
        await Assert.ThrowsAsync<DamagedContentException>(() => Store.GetFolderAsync("blobs/one", None));
        Assert.Empty(Directory.GetFileSystemEntries(Folder.Cache));
    }

    [Fact]
    public async Task ObjectThatIsMissing_OfAFolderWithAList_IsNoticed()
    {
        await Store.PutFolderAsync("files/findings/file-a", NewFolder(("issues.jsonl", "x"), ("rows.index", "y")), None);
        await S3Stores.Objects(s3.Server.Address, _prefix).DeleteAsync(["files/findings/file-a/rows.index"], None);
        await Assert.ThrowsAsync<DamagedContentException>(() => Store.GetFolderAsync("files/findings/file-a", None));
    }

    [Fact]
    public async Task WhatWasFetched_IsNotFetchedAgain_UntilTheCacheLetsItGo()
    {
        var small = S3Stores.Open(s3.Server.Address, _prefix, Folder, _clock, cacheBytes: 10);
        await small.PutFileAsync("files/ab/abc", NewFile("12345678"), None);
        await small.PutFileAsync("files/cd/cde", NewFile("12345678"), None);
        var paths = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => small.GetFileAsync("files/ab/abc", None)));
        Assert.Single(paths.Distinct());
        var written = File.GetCreationTimeUtc(paths[0]);
        await small.GetFileAsync("files/cd/cde", None);
        Assert.Equal(written, File.GetCreationTimeUtc(await small.GetFileAsync("files/ab/abc", None)));
        Assert.Equal(2, Directory.GetFiles(Folder.Cache).Length); // used within the hour, so both stay

        _clock.Advance(ContentCache.InUse + TimeSpan.FromMinutes(1));
        await small.PutFileAsync("files/ef/efg", NewFile("1"), None);
        await small.GetFileAsync("files/ef/efg", None);
        Assert.InRange(Directory.GetFiles(Folder.Cache).Length, 1, 2);
    }

    [Fact]
    public async Task StoreThatFailsForAMoment_IsAskedAgain()
    {
        s3.Proxy.Failures = 2;
        var store = S3Stores.Open(s3.Proxy.Address, _prefix, Folder);
        await store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        Assert.Equal((0, "text"), (s3.Proxy.Failures, await File.ReadAllTextAsync(await store.GetFileAsync("files/ab/abc", None), None)));
    }

    [Fact]
    public async Task StoreThatIsGone_IsNotReady_AndRefusesAsADiskWould()
    {
        var nowhere = S3Stores.Open(new Uri("http://127.0.0.1:1"), _prefix, Folder);
        Assert.Contains("does not answer", await nowhere.FindFaultAsync(None), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ContentStoreException>(() => nowhere.GetFileAsync("files/ab/abc", None));
    }

    private protected override IContentStore Open(DataFolder folder) => S3Stores.Open(s3.Server.Address, _prefix, folder);
}
