using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>A store that refuses to overwrite when asked to, with 412, and 409 while somebody else uploads.</summary>
public sealed class ConditionalContentStoreTests(S3Fixture s3) : ContentStoreContract, IClassFixture<S3Fixture>
{
    [Fact]
    public async Task SecondUpload_IsRefused_AndFoundEqual()
    {
        await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        var refusals = s3.Proxy.Refusals;
        await Store.PutFileAsync("files/ab/abc", NewFile("text"), None);
        Assert.Equal(refusals + 1, s3.Proxy.Refusals);
    }

    private protected override IContentStore Open(DataFolder folder) => S3Stores.Open(s3.Proxy.Address, S3Stores.NewPrefix(), folder);
}
