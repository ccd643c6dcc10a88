using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Checkpoints are fetched from a hub by repository and commit.</summary>
[Collection(nameof(ImportingService))]
public sealed class HubImportTests(ImportingService service) : IDisposable
{
    private readonly HttpClient _client = service.Api.NewClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("good/bert")]
    [InlineData("gated/bert")]
    [InlineData("flaky/bert")]
    [InlineData("moved/bert")]
    [InlineData("broken/bert")]
    [InlineData("bert")]
    public async Task Repository_BecomesAVersion_ThatClassifies(string repository)
    {
        var name = "hub-" + repository.Replace('/', '-');

        var response = await PostAsync(name, repository);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var queued = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal(("registry.import", $"/v1/registry/imports/{queued["id"]}"), ((string)queued["object"]!, response.Headers.Location!.OriginalString));
        var done = await EndAsync(queued);
        Assert.True((string)done["status"]! == "succeeded", done.ToJsonString());
        Assert.Equal($"{name}:1", (string)done["version"]!);
        var version = await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/registry/models/{name}/versions/1", Cancel));
        var origin = version["lineage"]!["origin"]!;
        Assert.Equal(("huggingface", repository, LocalHub.Revision), ((string)origin["type"]!, (string)origin["repository"]!, (string)origin["revision"]!));
        Assert.Equal(["config.json", "vocab.txt", "model.safetensors"], origin["files"]!.AsArray().Select(file => (string)file!["name"]!));
        Assert.NotNull((string?)(await TrainingTour.ClassifyAsync(_client, name, "hello"))["label"]);
    }

    [Theory]
    [InlineData("absent/bert", "repository_not_found", "has no 'absent/bert'")]
    [InlineData("pickled/bert", "checkpoint_unusable", "only such as pytorch_model.bin")]
    [InlineData("wrong/bert", "checkpoint_unusable", "model_type (\"t5\") is not supported")]
    [InlineData("huge/bert", "checkpoint_too_large", "--max-upload-bytes")]
    [InlineData("away/bert", "hub_redirect_refused", "--hub-redirects does not allow")]
    [InlineData("circle/bert", "hub_redirect_refused", "in a circle")]
    public async Task WhatCannotBeTaken_FailsWithItsReason_AndMakesNothing(string repository, string code, string message)
    {
        var name = "failed-" + repository.Replace('/', '-');

        var done = await EndAsync(JsonNode.Parse(await (await PostAsync(name, repository)).Content.ReadAsStringAsync(Cancel))!);

        Assert.Equal(("failed", code, "source"), ((string)done["status"]!, (string)done["error"]!["code"]!, (string)done["error"]!["param"]!));
        Assert.Contains(message, (string)done["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync($"/v1/registry/models/{name}", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("""{"source":{"type":"s3","repo":"good/bert","revision":"0123456789abcdef0123456789abcdef01234567"}}""", "invalid_value", "source.type")]
    [InlineData("""{"source":{"type":"huggingface","repo":"../x","revision":"0123456789abcdef0123456789abcdef01234567"}}""", "invalid_value", "source.repo")]
    [InlineData("""{"source":{"type":"huggingface","repo":"a/b/c","revision":"0123456789abcdef0123456789abcdef01234567"}}""", "invalid_value", "source.repo")]
    [InlineData("""{"source":{"type":"huggingface","repo":"good/bert","revision":"main"}}""", "invalid_value", "source.revision")]
    [InlineData("""{"source":{"type":"huggingface","repo":"good/bert","revision":"0123456789abcdef0123456789abcdef01234567","url":"x"}}""", null, "source.url")]
    [InlineData("""{}""", "missing_parameter", "source")]
    [InlineData("""{"source":null}""", "missing_parameter", "source")]
    [InlineData("""{"source":{"type":"huggingface","repo":"good/bert"}}""", "missing_parameter", "source.revision")]
    [InlineData("""{"source":{"type":"huggingface","repo":null,"revision":"0123456789abcdef0123456789abcdef01234567"}}""", "missing_parameter", "source.repo")]
    [InlineData("""{"source":{"type":null,"repo":"good/bert","revision":"0123456789abcdef0123456789abcdef01234567"}}""", "missing_parameter", "source.type")]
    [InlineData("""null""", "missing_parameter", "source")]
    public async Task SourceThatIsNone_IsRefusedAtOnce(string body, string? code, string? param)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await CheckpointForm.PostAsync(_client, "none", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        if (code is not null)
        {
            await Problems.AssertAsync(response, 400, code, param);
        }
    }

    [Fact]
    public async Task ImportFromAHubThatFallsSilent_CanBeCancelled()
    {
        var import = JsonNode.Parse(await (await PostAsync("hub-silent", "silent/bert")).Content.ReadAsStringAsync(Cancel))!;
        await Eventually.HoldsAsync(
            async token => (string)(await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/registry/imports/{import["id"]}", token)))["status"]! == "running",
            TimeSpan.FromMinutes(1), () => "The import does not run.", Cancel);

        await ApiFixture.ReadAsync(await _client.PostAsync($"/v1/registry/imports/{import["id"]}/cancel", null, Cancel));

        Assert.Equal("cancelled", (string)(await EndAsync(import))["status"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync("/v1/registry/models/hub-silent", Cancel)).StatusCode);
        await Problems.AssertAsync(await _client.PostAsync("/v1/registry/imports/import_none/cancel", null, Cancel), 404, "import_not_found");
    }

    [Fact]
    public async Task EqualRequestWithTheSameKey_IsOneImport()
    {
        using var one = Body("good/bert");
        using var other = Body("good/bert");
        var first = JsonNode.Parse(await (await CheckpointForm.PostAsync(_client, "hub-once", one, "one-import")).Content.ReadAsStringAsync(Cancel))!;
        var second = JsonNode.Parse(await (await CheckpointForm.PostAsync(_client, "hub-once", other, "one-import")).Content.ReadAsStringAsync(Cancel))!;

        Assert.Equal((string)first["id"]!, (string)second["id"]!);
        await EndAsync(first);
        await Problems.AssertAsync(await _client.GetAsync("/v1/registry/imports/import_none", Cancel), 404, "import_not_found");
    }

    private static StringContent Body(string repository)
    {
        var source = new JsonObject { ["type"] = "huggingface", ["repo"] = repository, ["revision"] = LocalHub.Revision };
        return new StringContent(new JsonObject { ["source"] = source }.ToJsonString(), Encoding.UTF8, "application/json");
    }

    private async Task<HttpResponseMessage> PostAsync(string name, string repository)
    {
        using var content = Body(repository);
        return await CheckpointForm.PostAsync(_client, name, content);
    }

    private async Task<JsonNode> EndAsync(JsonNode import)
    {
        var now = import;
        await Eventually.HoldsAsync(
            async token =>
            {
                now = await ApiFixture.ReadAsync(await _client.GetAsync($"/v1/registry/imports/{import["id"]}", token));
                return (string)now["status"]! is "succeeded" or "failed" or "cancelled";
            },
            TimeSpan.FromMinutes(2),
            () => now.ToJsonString(),
            Cancel);
        return now;
    }
}
