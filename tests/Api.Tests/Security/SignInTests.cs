using System.Net;

namespace FeedbackService.Api.Tests.Security;

/// <summary>A browser signs in with a key and is known by a cookie, which no other site can make use of.</summary>
public sealed class SignInTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_AsksForAKey_WithoutAnythingFromElsewhere()
    {
        using var browser = NewBrowser();
        using var response = await browser.GetAsync("/signin", Cancel);
        var html = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<label for=\"key\">", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task GoodKey_BecomesACookieThatOpensApiAndDashboard()
    {
        using var browser = NewBrowser();
        await Problems.AssertAsync(await browser.GetAsync("/v1/models", Cancel), 401, "key_required");
        using var signedIn = await SignInAsync(browser, KeyedApi.AdminKey + "\n", "/hangfire");
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        Assert.Equal("/hangfire", signedIn.Headers.Location?.ToString());
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(KeyedApi.AdminKey, cookie, StringComparison.Ordinal);
        Assert.True((await browser.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
        Assert.True((await browser.GetAsync("/hangfire", Cancel)).IsSuccessStatusCode);

        using var signedOut = await browser.PostAsync("/signout", null, Cancel);
        Assert.Equal("/signin", signedOut.Headers.Location?.ToString());
        await Problems.AssertAsync(await browser.GetAsync("/v1/models", Cancel), 401, "key_required");
    }

    [Fact]
    public async Task OverTls_TheCookieIsSecure()
    {
        using var browser = NewBrowser();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var signedIn = await SignInAsync(browser, KeyedApi.AdminKey);
        Assert.Contains("; secure", signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task BadKey_IsToldOnThePage()
    {
        using var browser = NewBrowser();
        using var response = await SignInAsync(browser, "<b>fbs.wrong</b>");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        var html = await response.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("role=\"alert\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("fbs.wrong", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_MayWhatItsKeyMay_AndEndsWithIt()
    {
        var made = await api.CreateAsync(["models:read"]);
        using var browser = NewBrowser();
        using var signedIn = await SignInAsync(browser, (string)made["key"]!);
        Assert.True((await browser.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
        await Problems.AssertAsync(await browser.GetAsync("/v1/files", Cancel), 403, "scope_missing");
        using var admin = api.NewClient();
        await ApiFixture.ReadAsync(await admin.DeleteAsync($"/v1/keys/{made["id"]}", Cancel));
        await Problems.AssertAsync(await browser.GetAsync("/v1/models", Cancel), 401, "key_required");
    }

    [Fact]
    public async Task ForgedCookie_IsNone()
    {
        using var client = api.NewClient(null);
        client.DefaultRequestHeaders.Add("Cookie", "feedbackservice=CfDJ8forged");
        await Problems.AssertAsync(await client.GetAsync("/v1/models", Cancel), 401, "key_required");
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Origin", "https://elsewhere.example", false)]
    [InlineData("Origin", "null", false)]
    public async Task PageOfAnotherSite_ChangesNothing(string header, string value, bool taken)
    {
        using var browser = NewBrowser();
        (await SignInAsync(browser, KeyedApi.AdminKey)).Dispose();
        browser.DefaultRequestHeaders.Add(header, value);
        using var response = await browser.DeleteAsync("/v1/registry/models/none", Cancel);
        await Problems.AssertAsync(response, taken ? 404 : 403, taken ? "model_not_found" : "cross_site_request", taken ? "name" : null);
        // A key in a header is no browser's doing.
        using var program = api.NewClient();
        program.DefaultRequestHeaders.Add(header, value);
        await Problems.AssertAsync(await program.DeleteAsync("/v1/registry/models/none", Cancel), 404, "model_not_found", "name");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("/\t/elsewhere.example/")]
    [InlineData("")]
    public async Task SignIn_LeadsNowhereElse(string target)
    {
        using var browser = NewBrowser();
        using var response = await SignInAsync(browser, KeyedApi.AdminKey, target);
        Assert.Equal("/swagger/index.html", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task BrowserThatIsNotSignedIn_IsSentToThePage()
    {
        using var browser = NewBrowser();
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var response = await browser.GetAsync("/hangfire?a=1&b=2", Cancel);
        Assert.Equal("/signin?return_to=%2Fhangfire%3Fa%3D1%26b%3D2", response.Headers.Location?.ToString());
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient browser, string key, string target = "/swagger")
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["key"] = key, ["return_to"] = target });
        return await browser.PostAsync("/signin", form, Cancel);
    }

    private HttpClient NewBrowser() => new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = api.Api.Address };
}
