using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace FeedbackService.Api.Tests.Features;

public sealed class ErrorTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Jobs = "/v1/fine_tuning/jobs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UnknownAddress_Is404InTheOneBody() =>
        await Problems.AssertAsync(await GetAsync("/v1/nope"), 404, "route_not_found");

    [Fact]
    public async Task Problem_NamesTheTraceOfItsCaller_BesideTheRequestId()
    {
        using var client = api.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nope");
        request.Headers.Add("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        request.Headers.Add("x-request-id", "mine-1");
        using var response = await client.SendAsync(request, Cancel);
        var problem = await Problems.AssertAsync(response, 404, "route_not_found");
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", (string)problem["trace_id"]!);
        Assert.Equal(["mine-1"], response.Headers.GetValues("x-request-id"));
    }

    [Fact]
    public async Task WrongMethod_Is405WithAllow()
    {
        using var client = api.NewClient();
        using var response = await client.PatchAsync(Jobs, null, Cancel);
        await Problems.AssertAsync(response, 405, "method_not_allowed");
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("{", "invalid_json", null)]
    [InlineData("{\"model\":\"mlp\",}", "invalid_json", null)]
    [InlineData("[]", "invalid_json", null)]
    [InlineData("\"x\"", "invalid_json", null)]
    [InlineData("null", null, null)]
    [InlineData("{\"model\":5,\"training_file\":\"x\"}", "invalid_value", "model")]
    [InlineData("{\"modle\":\"mlp\"}", "unknown_parameter", "modle")]
    [InlineData("{}", "missing_parameter", "model")]
    [InlineData("", "body_missing", null)]
    public async Task BadJson_Is400SayingWhatAndWhere(string body, string? code, string? param)
    {
        var problem = await Problems.AssertAsync(await PostAsync(Jobs, body), 400, code, param);
        Assert.DoesNotContain("FeedbackService", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "invalid_value", "input")]
    [InlineData("5", "invalid_value", "input")]
    [InlineData("[null]", "invalid_value", "input")]
    [InlineData("{}", "invalid_value", "input")]
    [InlineData("{\"text\":null}", "invalid_value", "input")]
    [InlineData("{\"text\":\"a\",\"txet_pair\":1}", "unknown_parameter", "input.txet_pair")]
    [InlineData("[\"a\",{\"text\":\"a\",\"lang\":\"en\"}]", "unknown_parameter", "input.lang")]
    public async Task BadInputOfClassify_Is400SayingWhatAndWhere(string input, string code, string param) =>
        await Problems.AssertAsync(await PostAsync("/v1/classify", $$"""{"model":"m","input":{{input}}}"""), 400, code, param);

    [Theory]
    [InlineData("/v1/fine_tuning/jobs/ftjob-000000000000000000000000", "job_not_found")]
    [InlineData("/v1/evaluations/eval_000000000000000000000000", "evaluation_not_found")]
    [InlineData("/v1/classifications/cls_000000000000000000000000", "classification_not_found")]
    public async Task UnknownId_Is404NamingWhatWasSought(string address, string code) =>
        await Problems.AssertAsync(await GetAsync(address), 404, code, address.Contains("/cls_", StringComparison.Ordinal) ? "id" : null);

    [Theory]
    [InlineData("[", null)]
    [InlineData("{\"a\":", "a")]
    public async Task FiftyThousandNestedBrackets_Are400(string bracket, string? param)
    {
        var nested = string.Concat(Enumerable.Repeat(bracket, 50_000));
        await Problems.AssertAsync(await PostAsync(Jobs, nested), 400, null, param);
        var inside = await Problems.AssertAsync(await PostAsync(Jobs, "{\"model\":\"mlp\",\"training_file\":\"x\",\"integrations\":" + string.Concat(Enumerable.Repeat("[", 50_000))), 400, null);
        Assert.Equal("json_too_deep", (string)inside["code"]!);
    }

    [Fact]
    public async Task InvalidUtf8InJson_Is400() =>
        await Problems.AssertAsync(await PostAsync(Jobs, [.. "{\"model\":\""u8, 0xC3, 0x28, .. "\"}"u8]), 400, "invalid_value", "model");

    [Fact]
    public async Task NoBody_Is400()
    {
        using var client = api.NewClient();
        await Problems.AssertAsync(await client.PostAsync(Jobs, null, Cancel), 400, "body_missing");
    }

    [Fact]
    public async Task AnotherMediaType_Is415()
    {
        using var client = api.NewClient();
        using var content = new StringContent("model=mlp", Encoding.UTF8, "application/x-www-form-urlencoded");
        await Problems.AssertAsync(await client.PostAsync(Jobs, content, Cancel), 415, "unsupported_media_type");
    }

    [Fact]
    public async Task BodyOverOneMebibyte_Is413() =>
        await Problems.AssertAsync(await PostAsync(Jobs, "{\"model\":\"" + new string('x', 1024 * 1024) + "\"}"), 413, "body_too_large");

    [Theory]
    [InlineData("my-id.1", true)]
    [InlineData("bad id", false)]
    [InlineData("<script>", false)]
    public async Task RequestId_IsTakenWhenSane(string given, bool taken)
    {
        using var client = api.NewClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("x-request-id", given);
        using var response = await client.GetAsync("/health/live", Cancel);
        var id = response.Headers.GetValues("x-request-id").Single();
        Assert.Equal(taken, id == given);
        Assert.NotEmpty(id);
    }

    [Theory]
    [InlineData("/models", 405)]
    [InlineData("/v2/nope", 404)]
    [InlineData("/predict", 405)]
    [InlineData("/info/nope", 404)]
    public async Task OtherDialects_ReadAString(string path, int status) =>
        await Problems.AssertTextAsync(await GetAsync(path), status, status == 404 ? "route_not_found" : "method_not_allowed", "Validation");

    [Fact]
    public async Task Answers_NameNoServer()
    {
        using var response = await GetAsync("/health/live");
        Assert.Empty(response.Headers.Server);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/swagger/index.html")]
    [InlineData("/hangfire")]
    [InlineData("/signin")]
    [InlineData("/v1/models")]
    [InlineData("/v1/nothing")]
    public async Task Answers_AreNotShownInPagesOfOtherSites(string path)
    {
        using var response = await GetAsync(path);
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task RequestThatIsNotHttp_LosesNothing()
    {
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(api.Address.Host, api.Address.Port, Cancel);
            await socket.GetStream().WriteAsync("\0\0garbage\r\n\r\n"u8.ToArray(), Cancel);
        }

        using var response = await GetAsync("/health/live");
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Home_SendsBrowsersToThePageAndProgramsTheAddresses()
    {
        using var client = api.NewClient();
        Assert.Equal("/swagger", (string)(await ApiFixture.ReadAsync(await client.GetAsync("/", Cancel)))["try"]!["swagger"]!);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var redirect = await client.GetAsync("/", Cancel);
        Assert.Equal("/swagger", redirect.Headers.Location?.ToString());
        Assert.True((await client.GetAsync("/swagger/index.html", Cancel)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Ready_AsksDatabaseAndTorch()
    {
        var ready = await ApiFixture.ReadAsync(await GetAsync("/health/ready"));
        Assert.Equal("""{"status":"ready","checks":{"database":"ok","storage":"ok","torch":"ok","models":"ok"}}""", ready.ToJsonString());
    }

    [Fact]
    public async Task Dashboard_IsForThisMachineOnly()
    {
        using var client = api.NewClient();
        Assert.True((await client.GetAsync("/hangfire", Cancel)).IsSuccessStatusCode);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        Assert.False((await client.GetAsync("/hangfire", Cancel)).IsSuccessStatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var client = api.NewClient();
        return await client.GetAsync(path, Cancel);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) => PostAsync(path, Encoding.UTF8.GetBytes(body));

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body)
    {
        using var client = api.NewClient();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await client.PostAsync(path, content, Cancel);
    }
}
