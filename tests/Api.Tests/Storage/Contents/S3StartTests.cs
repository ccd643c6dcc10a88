using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Storage.Contents;

/// <summary>What the start finds out about an S3 store.</summary>
public sealed class S3StartTests(S3Fixture s3) : IClassFixture<S3Fixture>
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Probe_FindsOut_WhetherTheStoreRefusesToOverwrite()
    {
        var address = new S3Address(S3Server.Bucket, S3Stores.NewPrefix());
        Assert.False(await S3Stores.Check(S3Stores.OptionsOf(s3.Server.Address), address).StartAsync(None));
        Assert.True(await S3Stores.Check(S3Stores.OptionsOf(s3.Proxy.Address), address).StartAsync(None));
        await foreach (var left in S3Stores.Objects(s3.Server.Address, address.Prefix).ListAsync("", None))
        {
            Assert.Fail($"{left.Key} was left behind.");
        }
    }

    [Fact]
    public async Task StoreThatRejectsConditions_IsUsedWithoutThem()
    {
        await using var proxy = await ConditionalProxy.StartAsync(s3.Server.Address);
        proxy.IsIgnorant = true;
        Assert.False(await S3Stores.Check(S3Stores.OptionsOf(proxy.Address), new S3Address(S3Server.Bucket, S3Stores.NewPrefix())).StartAsync(None));
        Assert.True(proxy.Refusals > 0);
    }

    [Fact]
    public async Task WrongBucket_SaysSo() =>
        Assert.Contains("no bucket 'elsewhere'", await RefusalAsync(S3Stores.OptionsOf(s3.Server.Address), "elsewhere"), StringComparison.Ordinal);

    [Fact]
    public async Task UnknownKey_SaysWhichSettings()
    {
        var options = S3Stores.OptionsOf(s3.Server.Address);
        options.AccessKey = "nobody";
        Assert.Contains("S3:SecretKey", await RefusalAsync(options, S3Server.Bucket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyThere_SaysWhere()
    {
        var message = await RefusalAsync(S3Stores.OptionsOf(new Uri("http://127.0.0.1:1")), S3Server.Bucket);
        Assert.Contains("http://127.0.0.1:1", message, StringComparison.Ordinal);
        Assert.Contains("S3:Endpoint", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://bucket", "bucket", "")]
    [InlineData("s3://bucket/a/b/", "bucket", "a/b/")]
    public void Address_IsRead(string text, string bucket, string prefix) => Assert.Equal(new S3Address(bucket, prefix), S3Address.Parse(text));

    [Fact]
    public void AddressWithoutBucket_IsRefused() => Assert.Throws<StartException>(() => S3Address.Parse("s3:///prefix"));

    [Fact]
    public void KeyWithoutSecret_IsRefused() => Assert.Throws<StartException>(() => ContentServices.OpenClient(new S3Options { AccessKey = "a" }));

    private static async Task<string> RefusalAsync(S3Options options, string bucket) =>
        (await Assert.ThrowsAsync<StartException>(() => S3Stores.Check(options, new S3Address(bucket, "")).StartAsync(None))).Message;
}
