namespace FeedbackService.Api.Tests.Security;

/// <summary>Pages of other origins may call the service only where the settings name them.</summary>
public sealed class CorsTests
{
    private const string Named = "https://app.example";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, Named, false)]
    [InlineData(Named, Named, true)]
    [InlineData(Named, "https://elsewhere.example", false)]
    public async Task Preflight_IsAnsweredForNamedOriginsOnly(string? setting, string origin, bool allowed)
    {
        await using var api = new ApiFixture { Settings = setting is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["cors-origins"] = setting } };
        using var client = api.NewClient();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/classify");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var response = await client.SendAsync(preflight, Cancel);
        Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) && origins.Single() == origin);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));

        using var post = new HttpRequestMessage(HttpMethod.Post, "/v1/classify") { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
        post.Headers.Add("Origin", origin);
        using var answer = await client.SendAsync(post, Cancel);
        await Problems.AssertAsync(answer, allowed ? 400 : 403, allowed ? "missing_parameter" : "cross_site_request", allowed ? "model" : null);
    }
}
