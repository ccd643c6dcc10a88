using System.Globalization;
using System.Text;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Tests.Security;

/// <summary>How much one key may ask at once, and how large a request may be.</summary>
public sealed class LimitTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeyThatAsksTooMuch_Is429_UntilRetryAfterHasPassed()
    {
        await using var api = NewApi(limits => limits.PredictPerSecond = 1);
        using var client = Client(api, KeyedApi.AdminKey);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        HttpResponseMessage refused;
        do
        {
            refused = await client.GetAsync("/v1/classifications/none", deadline.Token);
        }
        while ((int)refused.StatusCode != 429);

        await Problems.AssertAsync(refused, 429, "rate_limited");
        Assert.Equal("true", refused.Headers.GetValues("x-should-retry").Single());
        var wait = int.Parse(refused.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture);
        Assert.InRange(wait, 1, 2);
        // Other routes have a bucket of their own.
        Assert.True((await client.GetAsync("/v1/models", Cancel)).IsSuccessStatusCode);
        await Task.Delay(TimeSpan.FromSeconds(wait + 0.2), deadline.Token);
        Assert.Equal(404, (int)(await client.GetAsync("/v1/classifications/none", Cancel)).StatusCode);
    }

    [Fact]
    public async Task GuessingAtKeys_Is429()
    {
        await using var api = NewApi(limits => limits.AnonymousPerSecond = 1);
        using var client = Client(api, "guess");
        var statuses = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            statuses.Add((int)(await client.GetAsync("/v1/models", Cancel)).StatusCode);
        }

        Assert.Equal(401, statuses[0]);
        Assert.Contains(429, statuses);
        Assert.True((await client.GetAsync("/health/live", Cancel)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task MoreUploadsAtOnceThanAllowed_Are429()
    {
        await using var api = NewApi(limits => limits.Uploads = 1);
        using var client = Client(api, KeyedApi.AdminKey);
        using var hold = new HeldContent();
        using var endless = new MultipartFormDataContent { { hold, "file", "slow.csv" } };
        var first = client.PostAsync("/v1/files", endless, Cancel);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(Deadline);
        // What arrives lies there until it is whole.
        while (!Directory.EnumerateFiles(Path.Combine(api.DataFolder, "tmp")).Any())
        {
            await Task.Delay(20, deadline.Token);
        }

        using var form = ApiFixture.Form("text,label\na,b\n");
        using var refused = await client.PostAsync("/v1/files", form, deadline.Token);
        await Problems.AssertAsync(refused, 429, "too_many_uploads");
        Assert.Equal("5", refused.Headers.GetValues("Retry-After").Single());
        hold.Finish();
        await Problems.AssertAsync(await first, 400, "missing_parameter", "purpose");
        using var again = ApiFixture.Form("text,label\na,b\n");
        Assert.True((await client.PostAsync("/v1/files", again, Cancel)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task OpenService_HasNoSuchLimits()
    {
        await using var api = new ApiFixture { Limits = limits => (limits.PredictPerSecond, limits.AnonymousPerSecond) = (1, 1) };
        using var client = api.NewClient();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(404, (int)(await client.GetAsync("/v1/classifications/none", Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task ClassifyBody_MayBeLargerThanOthers_ButNotThanItsOwnLimit()
    {
        await using var api = new ApiFixture { Settings = new Dictionary<string, string> { ["max-classify-bytes"] = (3 * 1024 * 1024).ToString(CultureInfo.InvariantCulture) } };
        using var client = api.NewClient();
        await Problems.AssertAsync(await PostAsync(client, 2 * 1024 * 1024), 404, "model_not_found", "model");
        await Problems.AssertAsync(await PostAsync(client, 4 * 1024 * 1024), 413, "body_too_large");
    }

    private static ApiFixture NewApi(Action<RateLimitOptions> limits) => new() { AdminKey = KeyedApi.AdminKey, Limits = limits };

    private static HttpClient Client(ApiFixture api, string key)
    {
        var client = api.NewClient();
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return client;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, int bytes)
    {
        using var content = new StringContent($$"""{"model":"none","input":"{{new string('x', bytes)}}"}""", Encoding.UTF8, "application/json");
        return await client.PostAsync("/v1/classify", content, Cancel);
    }

    /// <summary>A body that begins and waits to be finished.</summary>
    private sealed class HeldContent : HttpContent
    {
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Finish() => _finish.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            // More than the server's buffers, so that it has begun to read.
            await stream.WriteAsync(Encoding.UTF8.GetBytes("text,label\n" + new string('x', 300_000)));
            await stream.FlushAsync();
            // Slower than 240 bytes a second, Kestrel would give it up.
            while (await Task.WhenAny(_finish.Task, Task.Delay(100, Cancel)) != _finish.Task)
            {
                await stream.WriteAsync(new byte[4096].AsMemory(), Cancel);
                await stream.FlushAsync(Cancel);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
