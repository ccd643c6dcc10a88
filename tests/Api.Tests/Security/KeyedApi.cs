using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests.Security;

/// <summary>The service with a configured admin key, so that it asks for keys although it listens on loopback.</summary>
public sealed class KeyedApi : IAsyncDisposable
{
    public const string AdminKey = "an-admin-key-of-the-tests-0123456789";

    /// <summary>The tests of a class come from one address, and many of them without a good key.</summary>
    public ApiFixture Api => field ??= new ApiFixture { AdminKey = AdminKey, Limits = limits => limits.AnonymousPerSecond = 0, MoreServices = MoreServices };

    /// <summary>Services on top of the host's own.</summary>
    public Action<IServiceCollection> MoreServices { get; init; } = _ => { };

    /// <summary>A client that sends a key, or none.</summary>
    public HttpClient NewClient(string? key = AdminKey)
    {
        var client = Api.NewClient();
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Makes a key and answers what its making answered.</summary>
    public async Task<JsonObject> CreateAsync(string[] scopes, DateTimeOffset? expiresAt = null)
    {
        using var admin = NewClient();
        return await ApiFixture.ReadAsync(await admin.PostAsJsonAsync(
            "/v1/keys", new { name = string.Join(' ', scopes), scopes, expires_at = expiresAt }, TestContext.Current.CancellationToken));
    }

    /// <summary>Makes a key and answers the key itself.</summary>
    public async Task<string> CreateKeyAsync(params string[] scopes) => (string)(await CreateAsync(scopes))["key"]!;

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
