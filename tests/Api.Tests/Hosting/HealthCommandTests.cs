using System.Collections;
using System.Net;
using System.Net.Sockets;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Tests.Hosting;

public sealed class HealthCommandTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Health_OfAServiceThatCanWork_Is0_AndItsWords()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await HealthCommand.RunAsync(["health", "--urls", api.Address.AbsoluteUri], new Hashtable(), output));
        Assert.Contains("\"status\":\"ready\"", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_AsksWhereTheEnvironmentSaysTheServiceListens()
    {
        using var output = new StringWriter();
        var environment = new Hashtable { ["FEEDBACKSERVICE_URLS"] = $"http://*:{api.Address.Port}" };
        Assert.Equal(0, await HealthCommand.RunAsync(["health"], environment, output));
    }

    [Fact]
    public async Task Health_WithoutAService_IsASentence()
    {
        // Bound and not listening: nobody else can take the port, and connections are refused.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = $"http://{silent.LocalEndPoint}";
        var error = await Assert.ThrowsAsync<StartException>(() => HealthCommand.RunAsync(["health", "--urls", url], new Hashtable(), TextWriter.Null));
        Assert.StartsWith($"No service answers on {url}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://*:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://+:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://0.0.0.0:80", "http://127.0.0.1/")]
    [InlineData("http://[::]:8080", "http://127.0.0.1:8080/")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080/")]
    [InlineData("http://10.0.0.7:8080", "http://10.0.0.7:8080/")]
    [InlineData("http://localhost:8080", "http://localhost:8080/")]
    [InlineData("http://example.org:8080", "http://127.0.0.1:8080/")]
    [InlineData("https://*:8443;http://*:8080", "http://127.0.0.1:8080/")]
    public void AddressToAsk_IsOneThatThisMachineCanReach(string urls, string asked) =>
        Assert.Equal(asked, HealthCommand.AddressToAsk(urls).AbsoluteUri);

    [Theory]
    [InlineData("https://*:8443", "has no http address")]
    [InlineData("nonsense", "is not an address")]
    public void AddressToAsk_WithoutOne_SaysSo(string urls, string said) =>
        Assert.Contains(said, Assert.Throws<StartException>(() => HealthCommand.AddressToAsk(urls)).Message, StringComparison.Ordinal);
}
