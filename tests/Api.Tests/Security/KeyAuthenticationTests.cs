namespace FeedbackService.Api.Tests.Security;

/// <summary>Which keys are taken, in which headers, and what the others are told.</summary>
public sealed class KeyAuthenticationTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private const string Address = "/v1/models";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoKey_Is401WithAChallenge()
    {
        using var response = await AskAsync(null, null);
        await Problems.AssertAsync(response, 401, "key_required");
        Assert.Equal("Bearer realm=\"FeedbackService\"", response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("Authorization", "Bearer {0}")]
    [InlineData("Authorization", "bearer {0}")]
    [InlineData("X-API-Key", "{0}")]
    public async Task GoodKey_IsTakenFromEitherHeader(string header, string form)
    {
        var key = await api.CreateKeyAsync("models:read");
        using var made = await AskAsync(header, string.Format(null, form, key));
        Assert.True(made.IsSuccessStatusCode);
        using var configured = await AskAsync(header, string.Format(null, form, KeyedApi.AdminKey));
        Assert.True(configured.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("Bearer {0}x")]
    [InlineData("Bearer  {0}")]
    [InlineData("Bearer {0} {0}")]
    [InlineData("Bearer {0}%20")]
    [InlineData("Bearer \"{0}\"")]
    [InlineData("Bearer ")]
    [InlineData("Bearer fbs")]
    [InlineData("Bearer fbs..")]
    [InlineData("{0}")]
    [InlineData("Basic {0}")]
    public async Task SpoiledKey_Is401(string form)
    {
        var key = await api.CreateKeyAsync("admin");
        using var response = await AskAsync("Authorization", string.Format(null, form, key));
        await Problems.AssertAsync(response, 401, "key_invalid");
        Assert.Contains("error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SpaceAfterAKey_BelongsToTheHeaderAndNotToTheKey()
    {
        // RFC 9110, section 5.5: white space round a field value is no part of it, and Kestrel drops it.
        using var response = await AskAsync("X-API-Key", await api.CreateKeyAsync("models:read") + "  ");
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task ShortKey_SecretOfAnotherKey_AndUnknownId_Are401()
    {
        var key = await api.CreateKeyAsync("admin");
        var other = await api.CreateKeyAsync("admin");
        string[] wrong =
        [
            key[..^1],
            string.Join('.', key.Split('.')[0], key.Split('.')[1], other.Split('.')[2]),
            string.Join('.', key.Split('.')[0], new string('0', 24), key.Split('.')[2]),
            key.ToUpperInvariant(),
            KeyedApi.AdminKey[..^1],
            KeyedApi.AdminKey + "0",
        ];
        foreach (var spoiled in wrong)
        {
            await Problems.AssertAsync(await AskAsync("X-API-Key", spoiled), 401, "key_invalid");
        }
    }

    [Fact]
    public async Task TwoKeysInOneHeader_Are401()
    {
        using var client = api.NewClient(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        request.Headers.TryAddWithoutValidation("X-API-Key", [KeyedApi.AdminKey, KeyedApi.AdminKey]);
        await Problems.AssertAsync(await client.SendAsync(request, Cancel), 401, "key_invalid");
    }

    [Fact]
    public async Task RevokedKey_IsNotTakenAnyMore()
    {
        var made = await api.CreateAsync(["models:read"]);
        using var client = api.NewClient((string)made["key"]!);
        Assert.True((await client.GetAsync(Address, Cancel)).IsSuccessStatusCode);
        using var admin = api.NewClient();
        var revoked = await ApiFixture.ReadAsync(await admin.DeleteAsync($"/v1/keys/{made["id"]}", Cancel));
        Assert.Equal("revoked", (string)revoked["status"]!);
        await Problems.AssertAsync(await client.GetAsync(Address, Cancel), 401, "key_revoked");
    }

    [Fact]
    public async Task ExpiredKey_IsNotTakenAnyMore()
    {
        var made = await api.CreateAsync(["models:read"], TimeProvider.System.GetUtcNow().AddSeconds(1.5));
        using var client = api.NewClient((string)made["key"]!);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        while ((await client.GetAsync(Address, deadline.Token)).IsSuccessStatusCode)
        {
            await Task.Delay(100, deadline.Token);
        }

        await Problems.AssertAsync(await client.GetAsync(Address, Cancel), 401, "key_expired");
        using var admin = api.NewClient();
        Assert.Equal("expired", (string)(await ApiFixture.ReadAsync(await admin.GetAsync($"/v1/keys/{made["id"]}", Cancel)))["status"]!);
    }

    [Fact]
    public async Task LackingScope_Is403NamingIt()
    {
        using var client = api.NewClient(await api.CreateKeyAsync("predict"));
        using var response = await client.GetAsync(Address, Cancel);
        var problem = await Problems.AssertAsync(response, 403, "scope_missing");
        Assert.Equal("permission_error", (string)problem["error"]!["type"]!);
        Assert.Contains("'models:read'", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Contains("error=\"insufficient_scope\", scope=\"models:read\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/models/news")]
    [InlineData("/predict")]
    [InlineData("/info")]
    [InlineData("/v2/models/news")]
    public async Task OtherDialects_AreToldInTheirOwnShape(string path)
    {
        using var client = api.NewClient(null);
        var problem = await Problems.AssertAsync(await client.GetAsync(path, Cancel), 401, "key_required");
        Assert.Equal(System.Text.Json.JsonValueKind.String, problem["error"]!.GetValueKind());
        Assert.Equal("Unauthorized", (string)problem["error_type"]!);
    }

    [Fact]
    public async Task HealthAndHome_NeedNoKey_EvenWithABadOne()
    {
        using var client = api.NewClient("nonsense");
        foreach (var path in new[] { "/health/live", "/health/ready", "/" })
        {
            Assert.True((await client.GetAsync(path, Cancel)).IsSuccessStatusCode, path);
        }
    }

    [Fact]
    public async Task AddressThatIsNot_Is404WithAKeyAnd401Without()
    {
        using var stranger = api.NewClient(null);
        await Problems.AssertAsync(await stranger.GetAsync("/v1/nope", Cancel), 401, "key_required");
        using var client = api.NewClient(await api.CreateKeyAsync("predict"));
        await Problems.AssertAsync(await client.GetAsync("/v1/nope", Cancel), 404, "route_not_found");
        await Problems.AssertAsync(await client.PatchAsync("/v1/files", null, Cancel), 405, "method_not_allowed");
    }

    private async Task<HttpResponseMessage> AskAsync(string? header, string? value)
    {
        using var client = api.NewClient(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, Address);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return await client.SendAsync(request, Cancel);
    }
}
