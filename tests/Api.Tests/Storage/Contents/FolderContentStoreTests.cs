using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>A folder on the same file system as the data folder.</summary>
public sealed class FolderContentStoreTests : ContentStoreContract
{
    [Fact]
    public async Task DamagedFile_IsReplacedByTheSameUploadedAgain()
    {
        await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        await File.WriteAllTextAsync(await Store.GetFileAsync("files/ab/abc", None), "texT", None);
        await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        Assert.Equal("text", await File.ReadAllTextAsync(await Store.GetFileAsync("files/ab/abc", None), None));
    }

    [Fact]
    public async Task FolderThatIsAFile_IsRefusedAtTheStart()
    {
        var refusal = await Assert.ThrowsAsync<StartException>(() => new FolderContentStore(NewFile("x")).StartAsync(None));
        Assert.Contains("--artifacts", refusal.Message, StringComparison.Ordinal);
    }

    private protected override IContentStore Open(DataFolder folder) => new FolderContentStore(folder.Root);
}
