using FeedbackService.Api.Security;
using FeedbackService.Api.Tests.Storage;
using Microsoft.Data.Sqlite;

namespace FeedbackService.Api.Tests.Security;

/// <summary>A service that only this machine can reach is open, to this machine only, until it has its first key.</summary>
public sealed class OpennessTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://127.0.0.2:0", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("http://LocalHost:8080", true)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://+:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://192.168.1.5:8080", false)]
    [InlineData("http://localhost.example:8080", false)]
    [InlineData("http://unix:/run/feedbackservice.sock", false)]
    public void Loopback_IsWhatOnlyThisMachineReaches(string address, bool loopback) => Assert.Equal(loopback, Openness.IsLoopback(address));

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.9")]
    [InlineData("Forwarded", "for=203.0.113.9")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("X-Real-IP", "203.0.113.9")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Host", "rebound.example")]
    public async Task RequestFromElsewhere_IsClosedOut(string header, string value)
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Add(header, value);
        await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_required");
        Assert.True((await client.GetAsync("/health/live", Cancel)).IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("feedback.localhost:9000")]
    [InlineData("[::1]:8080")]
    public async Task NameOfThisMachine_IsLetIn(string host)
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Host = host;
        Assert.True((await client.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task AnyKey_IsTakenWhereNoneIsNeeded()
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer sk-whatever-official-clients-send");
        Assert.True((await client.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task PageOfAnotherSite_ChangesNothingOnAnOpenService()
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");
        using var form = ApiFixture.Form("text,label\na,b\n");
        await Problems.AssertAsync(await client.PostAsync("/v1/files", form, Cancel), 403, "cross_site_request");
    }

    [Fact]
    public async Task FirstKey_ClosesTheService_AndRevokingItDoesNotOpenItAgain()
    {
        await using var closing = new ApiFixture();
        using var client = closing.NewClient();
        using var weak = new StringContent("""{"name":"first","scopes":["predict"]}""", System.Text.Encoding.UTF8, "application/json");
        await Problems.AssertAsync(await client.PostAsync("/v1/keys", weak, Cancel), 409, "first_key_needs_admin", "scopes");
        using var body = new StringContent("""{"name":"first","scopes":["admin"]}""", System.Text.Encoding.UTF8, "application/json");
        var made = await ApiFixture.ReadAsync(await client.PostAsync("/v1/keys", body, Cancel));
        await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_required");
        using var admin = closing.NewClient();
        admin.DefaultRequestHeaders.Add("X-API-Key", (string)made["key"]!);
        Assert.True((await admin.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
        Assert.True((await admin.DeleteAsync($"/v1/keys/{made["id"]}", Cancel)).IsSuccessStatusCode);
        await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_required");
    }

    [Trait(TestProvider.Only, TestProvider.Sqlite)]
    [Fact]
    public async Task Health_IsTold_WhenTheDatabaseDoesNotAnswer()
    {
        await using var broken = new ApiFixture();
        using var client = broken.NewClient();
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(broken.DataFolder, "service.db")};Pooling=False"))
        {
            await database.OpenAsync(Cancel);
            await using var command = database.CreateCommand();
            command.CommandText = "ALTER TABLE keys RENAME TO lost_keys; ALTER TABLE models RENAME TO lost_models";
            await command.ExecuteNonQueryAsync(Cancel);
        }

        broken.Services.GetRequiredService<KeyRing>().Forget();
        Assert.Equal(500, (int)(await client.GetAsync("/v1/models", Cancel)).StatusCode);
        Assert.Equal(200, (int)(await client.GetAsync("/health/live", Cancel)).StatusCode);
        using var ready = await client.GetAsync("/health/ready", Cancel);
        Assert.Equal(503, (int)ready.StatusCode);
        Assert.Contains("The database does not answer.", await ready.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }
}
