using System.Text.Json.Nodes;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features.Classify;

[Collection(nameof(ServedModels))]
public sealed class AsyncClassifyTests(ServedModels served)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("feedback_attention")]
    [InlineData("occlusion")]
    public async Task Request_IsAcceptedWithItsPlace_AndAnsweredThereAsASynchronousOneWouldBe(string method)
    {
        var body = $$"""{"model":"feedback","input":["red",""," blue 😀",{"text":"green","text_pair":"sky"}],"top_k":2,"explain":true,"explain_method":"{{method}}"}""";
        using var accepted = await served.PostAsync(body, "wait=5, Respond-Async");
        Assert.Equal(202, (int)accepted.StatusCode);
        Assert.Equal(["respond-async"], accepted.Headers.GetValues("Preference-Applied"));
        var queued = await ApiFixture.ReadAsync(accepted);
        Assert.Equal(["id", "object", "status"], queued.Select(member => member.Key));
        Assert.Equal(("classification", "queued"), ((string)queued["object"]!, (string)queued["status"]!));
        Assert.Equal($"/v1/classifications/{queued["id"]}", accepted.Headers.Location!.ToString());

        var stored = await WaitForEndAsync(accepted.Headers.Location);

        var direct = await served.ClassifyAsync(body);
        Assert.Equal("succeeded", (string)stored["status"]!);
        Assert.Equal((string)queued["id"]!, (string)stored["id"]!);
        Assert.Equal("feedback:1", (string)stored["model"]!);
        Assert.True((long)stored["created_at"]! > 1_700_000_000);
        Assert.Equal(["id", "object", "status", "model", "created_at", "data", "usage"], stored.Select(member => member.Key));
        Assert.True(JsonNode.DeepEquals(Rounded(direct["data"]!), Rounded(stored["data"]!)), $"{direct["data"]} {stored["data"]}");
        Assert.True(JsonNode.DeepEquals(direct["usage"], stored["usage"]));
    }

    [Fact]
    public async Task TextOverTheLimit_ThatMayNotBeCut_IsNotQueued()
    {
        var text = string.Join(' ', Enumerable.Repeat("blue", 40));
        await Problems.AssertAsync(
            await served.PostAsync($$"""{"model":"attending","input":"{{text}}","truncate":false}""", "respond-async"), 422, "text_too_long", "input");
        using var list = await served.PostAsync($$"""{"model":"attending","input":["{{text}}"],"truncate":false}""", "respond-async");
        var stored = await WaitForEndAsync(list.Headers.Location!);
        Assert.Equal("text_too_long", (string)stored["data"]![0]!["error"]!["code"]!);
    }

    [Theory]
    [InlineData("""{"model":"nothing","input":"red"}""", 404)]
    [InlineData("""{"model":"mlp","input":"red"}""", 422)]
    [InlineData("""{"model":"plain","input":""}""", 422)]
    [InlineData("""{"model":"plain","input":{"text":" ","text_pair":"\t"}}""", 422)]
    [InlineData("""{"model":"plain","input":[]}""", 400)]
    [InlineData("""{"model":"plain","input":"red","top_k":0}""", 400)]
    public async Task WhatCanBeRefusedAtOnce_IsNotQueued(string body, int status) =>
        await Problems.AssertAsync(await served.PostAsync(body, "respond-async"), status, null, status == 404 || body.Contains("mlp", StringComparison.Ordinal) ? "model" : status == 400 && body.Contains("top_k", StringComparison.Ordinal) ? "top_k" : "input");

    [Fact]
    public async Task IdempotencyKey_QueuesOnce_HoweverOftenSent()
    {
        const string body = """{"model":"plain","input":"red"}""";
        var first = await ApiFixture.ReadAsync(await served.PostAsync(body, "respond-async", "key-1"));
        var again = await ApiFixture.ReadAsync(await served.PostAsync(body, "respond-async", "key-1"));
        Assert.Equal((string)first["id"]!, (string)again["id"]!);
        await Problems.AssertAsync(await served.PostAsync("""{"model":"plain","input":"blue"}""", "respond-async", "key-1"), 409, "idempotency_key_reused");
    }

    [Fact]
    public async Task UnknownClassification_Is404()
    {
        using var client = served.Api.NewClient();
        await Problems.AssertAsync(await client.GetAsync("/v1/classifications/cls_aaaaaaaaaaaaaaaaaaaaaaaa", Cancel), 404, "classification_not_found", "id");
    }

    [Fact]
    public async Task DamagedModel_Is500WithoutInternals_AndOthersAreServed()
    {
        var stored = await served.RegisterAsync("damaged", TinyArtifacts.Kinds["plain"]);
        var weights = Path.Combine(served.Api.DataFolder, stored.Directory, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes, Cancel);
        var problem = await Problems.AssertAsync(await served.PostAsync("""{"model":"damaged","input":"red"}"""), 500, "artifact_damaged", "model");
        Assert.DoesNotContain(served.Api.DataFolder, problem.ToJsonString(), StringComparison.Ordinal);
        await served.ClassifyAsync("""{"model":"plain","input":"red"}""");
        Directory.Delete(Path.GetDirectoryName(weights)!, recursive: true);
        await Problems.AssertAsync(await served.PostAsync("""{"model":"damaged","input":"red"}"""), 500, "artifact_damaged", "model");
    }

    private async Task<JsonObject> WaitForEndAsync(Uri place)
    {
        using var client = served.Api.NewClient();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        while (true)
        {
            var stored = await ApiFixture.ReadAsync(await client.GetAsync(place, deadline.Token));
            if ((string)stored["status"]! is "succeeded" or "failed")
            {
                return stored;
            }

            await Task.Delay(50, deadline.Token);
        }
    }

    /// <summary>Numbers to four digits: batches of other sizes add up in another order.</summary>
    private static JsonNode? Rounded(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Rounded(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Rounded)]),
        JsonValue value when value.TryGetValue<double>(out var number) => JsonValue.Create(Math.Round(number, 4)),
        _ => node?.DeepClone(),
    };
}
