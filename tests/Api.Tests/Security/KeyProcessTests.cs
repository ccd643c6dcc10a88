using System.Text.RegularExpressions;
using FeedbackService.Api.Security;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Security;

/// <summary>The program as it is started where others can reach it, and its command line beside it.</summary>
public sealed partial class KeyProcessTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("feedbackservice-keys-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddressThatOthersReach_MakesAnAdminKeyOnceAndTellsNoLog()
    {
        var log = Path.Combine(_data.FullName, "log", "service.log");
        string key;
        await using (var first = ServiceProcess.Start(_data.FullName, "--urls", "http://0.0.0.0:0", "--log-file", log, "--log-level", "debug"))
        {
            using var client = await ClientAsync(first);
            key = Assert.Single(KeyForm().Matches(first.Output)).Value;
            await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_required");
            client.DefaultRequestHeaders.Add("X-API-Key", key);
            Assert.True((await client.GetAsync("/v1/keys", Cancel)).IsSuccessStatusCode);
            client.DefaultRequestHeaders.Remove("X-API-Key");
            client.DefaultRequestHeaders.Add("Authorization", "Bearer " + key + "x");
            await Problems.AssertAsync(await client.GetAsync("/v1/keys", Cancel), 401, "key_invalid");
        }

        await using (var second = ServiceProcess.Start(_data.FullName, "--urls", "http://127.0.0.1:0;http://[::]:0", "--log-file", log))
        {
            using var client = await ClientAsync(second);
            Assert.DoesNotMatch(KeyForm(), second.Output);
            Assert.Contains("keys                  asked for", second.Output, StringComparison.Ordinal);
            // Whatever address it listens on beside the one that others reach.
            await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_required");
        }

        var secret = key.Split('.')[2];
        Assert.NotEmpty(Directory.GetFiles(Path.GetDirectoryName(log)!));
        foreach (var file in _data.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(secret, await File.ReadAllTextAsync(file.FullName, System.Text.Encoding.Latin1, Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task CommandLine_MakesListsAndRevokesBesideARunningService()
    {
        await using var service = ServiceProcess.Start(_data.FullName);
        using var client = await ClientAsync(service);
        Assert.Contains("open to everybody on this machine", service.Output, StringComparison.Ordinal);
        Assert.True((await client.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);

        var key = (await RunAsync("create", "--name", "shop front", "--scopes", "predict,models:read", "--expires", "90d")).Trim();
        Assert.Matches(KeyForm(), key);
        await UntilAsync(client, 401);
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        Assert.True((await client.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);

        var id = "key_" + key.Split('.')[1];
        var list = await RunAsync("list");
        Assert.Contains(id, list, StringComparison.Ordinal);
        Assert.Contains("shop front", list, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Split('.')[2], list, StringComparison.Ordinal);
        Assert.Contains($"{id} (shop front) is revoked.", await RunAsync("revoke", id), StringComparison.Ordinal);
        await UntilAsync(client, 401);
        await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_revoked");
    }

    [Fact]
    public async Task CommandLine_WorksOnAFolderThatNoServiceHasUsed()
    {
        Assert.Matches(KeyForm(), await RunAsync("create", "--name=a", "--scopes=admin"));
        Assert.Contains("active", await RunAsync("list"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'keys destroy' is not a command", "destroy")]
    [InlineData("There is no key 'key_none'", "revoke", "key_none")]
    [InlineData("keys create needs --name and --scopes", "create", "--name", "a")]
    [InlineData("'scopes' must name one or more of", "create", "--name", "a", "--scopes", "root")]
    [InlineData("--expires must be such as", "create", "--name", "a", "--scopes", "admin", "--expires", "soon")]
    [InlineData("There is no option --nmae", "create", "--nmae", "a", "--name", "a", "--scopes", "admin")]
    [InlineData("needs the id of a key", "revoke")]
    public async Task CommandThatCannotBe_IsASentence(string said, params string[] words)
    {
        var error = await Assert.ThrowsAsync<Api.Hosting.StartException>(() => RunAsync(words));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);

    private static async Task<HttpClient> ClientAsync(ServiceProcess service)
    {
        var address = new UriBuilder(await service.ListeningAsync(Cancel)) { Host = "127.0.0.1" };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        // The last line of the banner.
        while (!service.Output.Contains("curl", StringComparison.Ordinal))
        {
            await Task.Delay(20, deadline.Token);
        }

        return new HttpClient { BaseAddress = address.Uri };
    }

    private static async Task UntilAsync(HttpClient client, int status)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        while ((int)(await client.GetAsync("/v1/models", deadline.Token)).StatusCode != status)
        {
            await Task.Delay(50, deadline.Token);
        }
    }

    [GeneratedRegex("fbs\\.[a-z0-9]{24}\\.[A-Za-z0-9_-]{43}")]
    private static partial Regex KeyForm();

    private async Task<string> RunAsync(params string[] words)
    {
        await using var output = new StringWriter();
        Assert.Equal(0, await KeyCommand.RunAsync(["keys", .. words, "--data-dir", _data.FullName], output, Cancel));
        return output.ToString();
    }
}
