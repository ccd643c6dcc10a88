using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FeedbackService.Api.OpenApi;

namespace FeedbackService.Api.Tests.Features;

public sealed class OpenApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string[] Methods = ["get", "put", "post", "patch", "delete"];

    [Fact]
    public async Task Document_IsTheApprovedOne()
    {
        var document = await DocumentAsync();
        // The version changes with every release and is no part of the contract.
        document["info"]!["version"] = "0.0.0";
        var received = document.ToJsonString(new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        var path = ApprovedPath();
        var approved = File.Exists(path) ? await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken) : string.Empty;
        if (approved != received)
        {
            var beside = Path.Combine(AppContext.BaseDirectory, "openapi.received.json");
            await File.WriteAllTextAsync(beside, received, TestContext.Current.CancellationToken);
            Assert.Fail($"The HTTP contract has changed. Look at the difference, and if it is meant: cp '{beside}' '{path}'");
        }
    }

    [Fact]
    public async Task Document_IsOfVersion304() => Assert.Equal("3.0.4", (string)(await DocumentAsync())["openapi"]!);

    [Fact]
    public async Task Document_IsMadeOnce_HoweverOftenItIsAskedFor()
    {
        var text = api.Services.GetRequiredService<OpenApiText>();
        Assert.Same(await text.ReadAsync(), await text.ReadAsync());
        using var client = api.NewClient();
        Assert.Equal(await text.ReadAsync(), await client.GetByteArrayAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task EveryOperation_SaysWhatItDoes()
    {
        foreach (var (name, operation) in Operations(await DocumentAsync()))
        {
            Assert.True(operation["summary"] is { } summary && ((string)summary!).Length is > 5 and < 80 && !((string)summary!).EndsWith('.'), $"{name}: summary");
            Assert.True(operation["description"] is { } description && ((string)description!).EndsWith('.'), $"{name}: description");
            Assert.True(operation["tags"]?.AsArray().Count == 1, $"{name}: one tag");
            Assert.True(operation["operationId"] is not null, $"{name}: operationId");
        }
    }

    [Fact]
    public async Task EveryOperation_HasAFilledInExample()
    {
        foreach (var (name, operation) in Operations(await DocumentAsync()))
        {
            if (operation["requestBody"]?["content"] is JsonObject body)
            {
                var filled = body["application/json"]?["example"] is not null
                    || body["multipart/form-data"]?["schema"]?["properties"]?.AsObject().Any(property => property.Value?["example"] is not null) == true;
                Assert.True(filled, $"{name}: request example");
            }

            foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
            {
                Assert.True((string)parameter!["in"]! != "path" || parameter["example"] is not null, $"{name}: example of {parameter["name"]}");
            }

            foreach (var (status, response) in operation["responses"]!.AsObject().Where(response => response.Key[0] == '2'))
            {
                Assert.True(response?["content"]?["application/json"] is not JsonObject answer || answer["example"] is not null || answer["examples"] is not null, $"{name}: example of {status}");
            }
        }
    }

    [Fact]
    public async Task EveryOperation_DocumentsItsErrors()
    {
        var document = await DocumentAsync();
        foreach (var (name, operation) in Operations(document))
        {
            var statuses = operation["responses"]!.AsObject().Select(response => response.Key).ToList();
            Assert.Contains("500", statuses);
            Assert.True(statuses.Contains("404") || !name.Contains('{', StringComparison.Ordinal), $"{name}: 404");
            Assert.True(operation["requestBody"] is null || (statuses.Contains("400") && statuses.Contains("415") && statuses.Contains("413")), $"{name}: 400, 413, 415");
            foreach (var (status, response) in operation["responses"]!.AsObject().Where(response => response.Key[0] is '4' or '5' && response.Key != "503"))
            {
                var described = (string?)response!["$ref"] is { } reference ? document["components"]!["responses"]![reference.Split('/')[^1]] : response;
                var problem = described?["content"]?["application/problem+json"]?["example"];
                Assert.True(problem is not null && (string)problem["code"]! != "refused", $"{name}: problem of {status}");
                Assert.True((string)problem["code"]! != "internal_error" || status == "500", $"{name}: {status} is not a bug");
            }
        }
    }

    [Fact]
    public async Task Names_AreSnakeCase()
    {
        var document = await DocumentAsync();
        var names = Operations(document).SelectMany(pair => pair.Operation["parameters"]?.AsArray().Select(parameter => (string)parameter!["name"]!) ?? [])
            .Concat(document["components"]!["schemas"]!.AsObject().SelectMany(schema => schema.Value!["properties"]?.AsObject().Select(property => property.Key) ?? []));
        Assert.All(names, name => Assert.Matches("^[a-z][a-z0-9_]*$", name));
    }

    private static IEnumerable<(string Name, JsonObject Operation)> Operations(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key)
        select ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!.AsObject());

    private static string ApprovedPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Approved", "openapi.json");

    private async Task<JsonObject> DocumentAsync()
    {
        using var client = api.NewClient();
        return await ApiFixture.ReadAsync(await client.GetAsync("/swagger/v1/swagger.json", TestContext.Current.CancellationToken));
    }
}
