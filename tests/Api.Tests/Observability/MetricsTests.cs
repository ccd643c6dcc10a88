using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Features.Classify;

namespace FeedbackService.Api.Tests.Observability;

[Collection(nameof(ServedModels))]
public sealed class MetricsTests(ServedModels models)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scrape_HasEveryFamilyOfTheDocumentation_AndNoOther()
    {
        // With a model in memory: the series of a version come with it.
        await models.ClassifyAsync("""{"model":"plain","input":"red"}""");
        using var client = models.Api.NewClient();
        var scrape = await Scrape.TakeAsync(client);
        var found = scrape.Types.Select(family => $"| `{family.Key}` | {family.Value} | {string.Join(", ", scrape.LabelsOf(family.Key))} | {scrape.Help[family.Key]} |").Order(StringComparer.Ordinal);
        var documented = (await File.ReadAllLinesAsync(Documentation(), Cancel))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|') is [_, _, var type, ..] && type.Trim() is "counter" or "gauge" or "histogram")
            .Order(StringComparer.Ordinal);
        Assert.Equal(found, documented);
    }

    [Fact]
    public async Task FirstScrape_HasTheLabelsThatAreKnownAtTheStart()
    {
        await using var fresh = new ApiFixture();
        using var client = fresh.NewClient();
        var scrape = await Scrape.TakeAsync(client);
        string[] expected =
        [
            """feedbackservice_http_requests_total{route="/v1/classify",method="POST",status="200"}""",
            """feedbackservice_http_requests_total{route="/v1/classify",method="POST",status="429"}""",
            """feedbackservice_http_request_duration_seconds_count{route="/v1/fine_tuning/jobs/{id}/events",method="GET"}""",
            """feedbackservice_classify_requests_total{priority="background",outcome="refused"}""",
            """feedbackservice_classify_queue_wait_seconds_bucket{priority="interactive",le="+Inf"}""",
            """feedbackservice_classify_exits_total{exit="max_rounds"}""",
            """feedbackservice_jobs{kind="batch",state="paused"}""",
            """feedbackservice_job_run_seconds_count{kind="train",outcome="lease_lost"}""",
            """feedbackservice_lease_renewals_total{result="lost"}""",
            """feedbackservice_upload_bytes_total{purpose="fine-tune"}""",
        ];
        Assert.All(expected, series => Assert.Equal(0, scrape[series]));
    }

    [Fact]
    public async Task Names_SayTheirUnit()
    {
        using var client = models.Api.NewClient();
        var scrape = await Scrape.TakeAsync(client);
        Assert.All(scrape.Types.Where(family => family.Value == "counter"), family => Assert.EndsWith("_total", family.Key, StringComparison.Ordinal));
        Assert.All(scrape.Types.Keys, name => Assert.DoesNotMatch("millisecond|_ms$|_mb$|_kb$", name));
    }

    [Fact]
    public async Task Requests_AreCountedByRouteTemplate_WhateverWasTyped()
    {
        using var client = models.Api.NewClient();
        await client.GetAsync("/v1/files/file-secret1", Cancel);
        await client.GetAsync("/never/heard-of-secret2", Cancel);
        using var odd = new HttpRequestMessage(new HttpMethod("SECRET3"), "/v1/files");
        await client.SendAsync(odd, Cancel);
        var scrape = await Scrape.TakeAsync(client);
        Assert.DoesNotContain(scrape.Samples.Keys, series => series.Contains("secret", StringComparison.OrdinalIgnoreCase));
        Assert.True(scrape["""feedbackservice_http_requests_total{route="/v1/files/{file_id}",method="GET",status="404"}"""] >= 1);
        Assert.True(scrape["""feedbackservice_http_requests_total{route="none",method="GET",status="404"}"""] >= 1);
        Assert.True(scrape["""feedbackservice_http_request_duration_seconds_count{route="/v1/files/{file_id}",method="GET"}"""] >= 1);
    }

    [Fact]
    public async Task Classification_IsCountedAllTheWay()
    {
        using var client = models.Api.NewClient();
        await models.ClassifyAsync("""{"model":"feedback","input":"red"}""");
        var before = await Scrape.TakeAsync(client);
        var answer = await models.ClassifyAsync("""{"model":"feedback","input":["red","green blue"],"max_rounds":1}""");
        var after = await Scrape.TakeAsync(client);
        Assert.Equal(1, Grown("""feedbackservice_classify_requests_total{priority="interactive",outcome="answered"}"""));
        Assert.Equal(2, Grown("""feedbackservice_classify_texts_total{priority="interactive"}"""));
        Assert.Equal((double)answer["usage"]!["tokens"]!, Grown("""feedbackservice_classify_tokens_total{priority="interactive"}"""));
        Assert.Equal(2, Grown("""feedbackservice_classify_queue_wait_seconds_count{priority="interactive"}"""));
        Assert.Equal(1, Grown("""feedbackservice_classify_tokenize_seconds_count{priority="interactive"}"""));
        Assert.True(Grown("""feedbackservice_classify_compute_seconds_count{priority="interactive"}""") >= 1);
        Assert.Equal(2, Grown("""feedbackservice_classify_rounds_count"""));
        Assert.Equal(2, Grown("""feedbackservice_classify_rounds_sum"""));
        const string Version = "model=\"feedback\",version=\"1\"";
        Assert.Equal(1, Grown($$"""feedbackservice_model_requests_total{{{Version}},outcome="answered"}"""));
        Assert.Equal(2, Grown($$"""feedbackservice_model_texts_total{{{Version}}}"""));
        Assert.Equal((double)answer["usage"]!["tokens"]!, Grown($$"""feedbackservice_model_tokens_total{{{Version}}}"""));
        Assert.Equal(2, Grown($$"""feedbackservice_model_exits_total{{{Version}},exit="max_rounds"}"""));
        Assert.Equal(2, Grown($$"""feedbackservice_model_compute_seconds_count{{{Version}}}"""));
        Assert.Equal(1, Grown($$"""feedbackservice_model_request_seconds_count{{{Version}}}"""));
        Assert.True(Grown($$"""feedbackservice_model_batch_fill_ratio_count{{{Version}}}""") >= 2);
        Assert.True(after[$$"""feedbackservice_model_loaded_bytes{{{Version}}}"""] > 0);
        Assert.True(after["feedbackservice_models_loaded"] >= 1);
        Assert.True(after["feedbackservice_models_loaded_bytes"] > 0);
        Assert.Equal(1, Grown("""feedbackservice_http_requests_total{route="/v1/classify",method="POST",status="200"}"""));

        double Grown(string series) => after[series] - before[series];
    }

    [Fact]
    public async Task UploadsAndJobs_AreCounted()
    {
        await using var own = new ApiFixture();
        using var client = own.NewClient();
        var csv = "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"text number {i},{(i % 2 == 0 ? "a" : "b")}\n"));
        var file = await ApiFixture.UploadAsync(client, csv);
        using var created = await client.PostAsJsonAsync("/v1/fine_tuning/jobs", new JsonObject { ["model"] = "mlp", ["training_file"] = (string)file["id"]! }, Cancel);
        Assert.True(created.IsSuccessStatusCode);
        var scrape = await Scrape.TakeAsync(client);
        Assert.Equal(1, scrape["""feedbackservice_uploads_total{purpose="fine-tune"}"""]);
        Assert.Equal(csv.Length, scrape["""feedbackservice_upload_bytes_total{purpose="fine-tune"}"""]);
        Assert.Equal(1, scrape["""feedbackservice_jobs{kind="train",state="queued"}"""]);
        Assert.True(scrape["""feedbackservice_jobs_oldest_queued_seconds{kind="train"}"""] > 0);
    }

    private static string Documentation([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "operations.md");
}
