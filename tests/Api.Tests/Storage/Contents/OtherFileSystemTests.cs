using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>A folder that no rename or link of the data folder reaches, as a network share: here the memory file system of Linux.</summary>
public sealed class OtherFileSystemTests : ContentStoreContract
{
    private readonly string _shared = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "feedback-tests-" + Guid.NewGuid().ToString("N"));

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_shared, recursive: true);
        return base.DisposeAsync();
    }

    [Fact]
    public async Task NothingIsLeftOnTheWay()
    {
        await Store.PutFolderAsync("blobs/one", NewFolder(("manifest.json", "{}"), ("a", "a")), None);
        await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_shared, "incoming")));
    }

    private protected override IContentStore Open(DataFolder folder) => new FolderContentStore(_shared);
}
