using System.Runtime.CompilerServices;
using System.Text;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Tests.Security;

/// <summary>Every operation of the OpenAPI document, and the pages beside it, asked without a key and with a key of each scope.</summary>
public sealed class AccessMatrixTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private static readonly string[] Methods = ["get", "put", "post", "patch", "delete"];
    private static readonly string[] Pages = ["GET /swagger/index.html", "GET /swagger/v1/swagger.json", "GET /signin", "POST /signout", "GET /hangfire", "GET /hangfire/jobs/enqueued", "GET /no/such/address", "PATCH /v1/files"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryOperation_LetsInWhomTheApprovedTableSays()
    {
        var clients = new List<(string Name, HttpClient Client)> { ("none", api.NewClient(null)) };
        foreach (var scope in Scopes.All)
        {
            clients.Add((scope, api.NewClient(await api.CreateKeyAsync(scope))));
        }

        var table = new StringBuilder($"{"operation",-75}{string.Concat(clients.Select(client => $"{client.Name,-14}")).TrimEnd()}\n");
        foreach (var operation in (await OperationsAsync()).Concat(Pages))
        {
            var line = $"{operation,-75}";
            foreach (var (_, client) in clients)
            {
                line += $"{await AskAsync(client, operation),-14}";
            }

            table.Append(line.TrimEnd()).Append('\n');
        }

        clients.ForEach(client => client.Client.Dispose());
        await AssertApprovedAsync(table.ToString());
    }

    private static async Task<string> AskAsync(HttpClient client, string operation)
    {
        var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1]);
        // The key that asks must not be what the path names, and nothing that is there.
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{version}", "1", StringComparison.Ordinal).Replace("{", string.Empty, StringComparison.Ordinal).Replace("}", string.Empty, StringComparison.Ordinal));
        using var response = await client.SendAsync(request, Cancel);
        Assert.NotEqual(429, (int)response.StatusCode);
        return (int)response.StatusCode is var status and (401 or 403) ? $"{status}" : "yes";
    }

    private static async Task AssertApprovedAsync(string received, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "..", "Approved", "access.txt");
        var approved = File.Exists(path) ? await File.ReadAllTextAsync(path, Cancel) : string.Empty;
        if (approved != received)
        {
            var beside = Path.Combine(AppContext.BaseDirectory, "access.received.txt");
            await File.WriteAllTextAsync(beside, received, Cancel);
            Assert.Fail($"Who may do what has changed. Look at the difference, and if it is meant: cp '{beside}' '{path}'");
        }
    }

    private async Task<IEnumerable<string>> OperationsAsync()
    {
        using var client = api.NewClient(null);
        var document = await ApiFixture.ReadAsync(await client.GetAsync("/swagger/v1/swagger.json", Cancel));
        return from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where Methods.Contains(operation.Key)
               select $"{operation.Key.ToUpperInvariant()} {path.Key}";
    }
}
