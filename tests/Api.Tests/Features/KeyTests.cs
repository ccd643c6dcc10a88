using FeedbackService.Api.Storage;
using FeedbackService.Api.Tests.Security;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features;

public sealed class KeyTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_ShowsTheKeyOnce_AndKeepsOnlyItsHash()
    {
        using var admin = api.NewClient();
        using var response = await admin.PostAsJsonAsync("/v1/keys", new { name = "shop", scopes = new[] { "jobs:write", "predict", "predict" } }, Cancel);
        Assert.Equal(201, (int)response.StatusCode);
        var made = await ApiFixture.ReadAsync(response);
        Assert.Equal($"/v1/keys/{made["id"]}", response.Headers.Location?.ToString());
        Assert.Matches("^key_[a-z0-9]{24}$", (string)made["id"]!);
        Assert.Matches("^fbs\\.[a-z0-9]{24}\\.[A-Za-z0-9_-]{43}$", (string)made["key"]!);
        Assert.Equal("key", (string)made["object"]!);
        Assert.Equal(["predict", "jobs:write"], made["scopes"]!.AsArray().Select(scope => (string)scope!));

        var again = await ApiFixture.ReadAsync(await admin.GetAsync($"/v1/keys/{made["id"]}", Cancel));
        Assert.False(again.ContainsKey("key"));
        var secret = ((string)made["key"]!).Split('.')[2];
        await using var db = NewContext();
        var row = await db.Keys.SingleAsync(key => key.Id == (string)made["id"]!, Cancel);
        Assert.DoesNotContain(secret, string.Join(' ', row.Id, row.Name, row.Scopes, row.SecretSha256), StringComparison.Ordinal);
        Assert.Equal("configured", row.CreatedByKeyId);
    }

    [Fact]
    public async Task Post_AgainWithTheIdempotencyKey_FindsTheKeyButCannotShowIt()
    {
        using var admin = api.NewClient();
        admin.DefaultRequestHeaders.Add("Idempotency-Key", "make-once");
        var body = new { name = "once", scopes = new[] { "predict" } };
        var first = await ApiFixture.ReadAsync(await admin.PostAsJsonAsync("/v1/keys", body, Cancel));
        var second = await ApiFixture.ReadAsync(await admin.PostAsJsonAsync("/v1/keys", body, Cancel));
        Assert.Equal((string)first["id"]!, (string)second["id"]!);
        Assert.True(first.ContainsKey("key"));
        Assert.False(second.ContainsKey("key"));
        await Problems.AssertAsync(
            await admin.PostAsJsonAsync("/v1/keys", new { name = "another", scopes = new[] { "predict" } }, Cancel), 409, "idempotency_key_reused");
    }

    [Theory]
    [InlineData("""{"scopes":["predict"]}""", "missing_parameter", "name")]
    [InlineData("""{"name":"x"}""", "missing_parameter", "scopes")]
    [InlineData("""{"name":" ","scopes":["predict"]}""", "invalid_value", "name")]
    [InlineData("""{"name":"x","scopes":[]}""", "invalid_value", "scopes")]
    [InlineData("""{"name":"x","scopes":["predict","root"]}""", "invalid_value", "scopes")]
    [InlineData("""{"name":"x","scopes":[null]}""", "invalid_value", "scopes")]
    [InlineData("""{"name":null,"scopes":["predict"]}""", "missing_parameter", "name")]
    [InlineData("""{"name":"x","scopes":["predict"],"expires_at":"2020-01-01T00:00:00Z"}""", "invalid_value", "expires_at")]
    [InlineData("""{"name":"x","scopes":["predict"],"key":"fbs.mine"}""", "unknown_parameter", "key")]
    public async Task Post_ThatCannotBe_Is400NamingTheField(string body, string code, string param)
    {
        using var admin = api.NewClient();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        await Problems.AssertAsync(await admin.PostAsync("/v1/keys", content, Cancel), 400, code, param);
    }

    [Fact]
    public async Task List_IsNewestFirstAndPaged()
    {
        var older = (string)(await api.CreateAsync(["predict"]))["id"]!;
        var newer = (string)(await api.CreateAsync(["predict"]))["id"]!;
        using var admin = api.NewClient();
        var page = await ApiFixture.ReadAsync(await admin.GetAsync("/v1/keys?limit=1", Cancel));
        Assert.Equal(newer, (string)page["last_id"]!);
        Assert.True((bool)page["has_more"]!);
        page = await ApiFixture.ReadAsync(await admin.GetAsync($"/v1/keys?limit=1&after={newer}", Cancel));
        Assert.Equal(older, (string)page["data"]![0]!["id"]!);
    }

    [Fact]
    public async Task UnknownKey_Is404()
    {
        using var admin = api.NewClient();
        await Problems.AssertAsync(await admin.GetAsync("/v1/keys/key_none", Cancel), 404, "key_not_found", "id");
        await Problems.AssertAsync(await admin.DeleteAsync("/v1/keys/key_none", Cancel), 404, "key_not_found", "id");
    }

    [Fact]
    public async Task Rows_SayWhichKeyMadeThem()
    {
        var made = await api.CreateAsync(["jobs:write"]);
        using var client = api.NewClient((string)made["key"]!);
        var file = await ApiFixture.UploadAsync(client, string.Concat("text,label\n", string.Concat(Enumerable.Range(0, 40).Select(i => $"text {i},{(i % 2 == 0 ? "a" : "b")}\n"))));
        var job = await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/fine_tuning/jobs", new { model = "mlp", training_file = (string)file["id"]! }, Cancel));
        await using var db = NewContext();
        Assert.Equal((string)made["id"]!, (await db.Files.SingleAsync(row => row.Id == (string)file["id"]!, Cancel)).CreatedByKeyId);
        Assert.Equal((string)made["id"]!, (await db.Jobs.SingleAsync(row => row.Id == (string)job["id"]!, Cancel)).CreatedByKeyId);
    }

    [Fact]
    public async Task LastUse_IsWrittenDownLater()
    {
        var made = await api.CreateAsync(["models:read"]);
        using var client = api.NewClient((string)made["key"]!);
        Assert.True((await client.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
        await using var db = NewContext();
        Assert.Null(await db.Keys.Where(key => key.Id == (string)made["id"]!).Select(key => key.LastUsedAt).SingleAsync(Cancel));
        await api.Api.Services.GetRequiredService<Api.Security.KeyUse>().WriteAsync(Cancel);
        Assert.NotNull(await db.Keys.Where(key => key.Id == (string)made["id"]!).Select(key => key.LastUsedAt).SingleAsync(Cancel));
    }

    private AppDbContext NewContext() => api.Api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
}
