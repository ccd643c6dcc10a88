using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Tests.Hosting;

public sealed class BannerTests
{
    private static readonly ServiceOptions Options = new() { DataDir = "/data" };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sample_IsSpokenOfOnlyWhenItIsTrained(bool trains)
    {
        var text = Banner.Text(new Greeting(["http://127.0.0.1:8080"], trains, AsksForKeys: false, FirstKey: null), Options);
        Assert.Equal(trains, text.Contains("sample classifier", StringComparison.Ordinal));
    }

    [Fact]
    public void OpenService_SaysForWhom()
    {
        var text = Banner.Text(new Greeting(["http://127.0.0.1:8080"], false, AsksForKeys: false, FirstKey: null), Options);
        Assert.Contains("open to everybody on this machine", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ServiceWithKeys_SaysWhereToSignInAndHowToSendOne()
    {
        var text = Banner.Text(new Greeting(["http://[::]:8080"], false, AsksForKeys: true, FirstKey: "fbs.a.b"), Options);
        Assert.Contains("http://localhost:8080/signin", text, StringComparison.Ordinal);
        Assert.Contains("-H \"authorization: Bearer $KEY\"", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.Trim() == "fbs.a.b");
    }
}
