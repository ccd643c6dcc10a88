using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Hosting;

/// <summary>The program as people start it.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PortInUse_IsASentence_WithExitCode1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var data = Directory.CreateTempSubdirectory("feedbackservice-process-");
        try
        {
            var (code, output, error) = await RunAsync("--urls", $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}", "--data-dir", data.FullName, "--role", "api");
            Assert.Equal(1, code);
            Assert.Contains("already listens", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error + output, StringComparison.Ordinal);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task DataFolderThatCannotBeUsed_IsASentence_WithExitCode1()
    {
        var file = Path.GetTempFileName();
        try
        {
            var (code, output, error) = await RunAsync("--urls", "http://127.0.0.1:0", "--data-dir", file, "--role", "api");
            Assert.Equal(1, code);
            Assert.Contains("--data-dir", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error + output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("--nope", "There is no option --nope.")]
    [InlineData("--device=tpu", "--device must be")]
    [InlineData("--role=boss", "--role cannot be 'boss'. --role all|api|worker:")]
    [InlineData("--log-level=loud", "--log-level cannot be 'loud'.")]
    [InlineData("--urls=nonsense", "is not an address")]
    public async Task BadOptions_AreASentence_WithExitCode1(string argument, string said)
    {
        var (code, output, error) = await RunAsync(argument);
        Assert.Equal(1, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error + output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_IsPrintedAndEnds()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("--data-dir DIR", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WithoutAService_IsASentence_WithExitCode1()
    {
        // Bound and not listening: nobody else can take the port, and connections are refused.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var (code, output, error) = await RunAsync("health", "--urls", $"http://{silent.LocalEndPoint}");
        Assert.Equal(1, code);
        Assert.Contains("No service answers", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error + output, StringComparison.Ordinal);
    }

    private static async Task<ProcessEnd> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet");
        start.ArgumentList.Add(typeof(Api.Hosting.CommandLine).Assembly.Location);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return await ProcessEnd.OfAsync(start, Deadline, TestContext.Current.CancellationToken);
    }
}
