using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Tests.Features;

public sealed class EvaluationTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Evaluation_ChecksModelFileAndBaseline()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\na,x\nb,y\n", purpose: "evals"))["id"]!;
        var made = await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = name, file }, Cancel));
        Assert.Matches("^eval_[a-z0-9]{24}$", (string)made["id"]!);
        Assert.Equal("queued", (string)made["status"]!);
        Assert.Equal($"{name}:1", (string)made["model"]!);
        Assert.True(made.ContainsKey("report") && made["report"] is null);
        Assert.True(JsonNode.DeepEquals(made, await ApiFixture.ReadAsync(await client.GetAsync($"/v1/evaluations/{made["id"]}", Cancel))));
        await Problems.AssertAsync(await client.GetAsync($"/v1/evaluations/{made["id"]}/predictions", Cancel), 404, "predictions_not_ready");
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = "mlp", file }, Cancel), 422, "model_not_servable", "model");
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = "nope", file }, Cancel), 404, "model_not_found", "model");
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = name, file = "file-nope" }, Cancel), 400, "file_not_found", "file");
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = name, file, baseline = "nope" }, Cancel), 404, "model_not_found", "baseline");
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = name, file, baseline = "mlp" }, Cancel), 422, "model_not_servable", "baseline");
        await Problems.AssertAsync(await client.PostAsJsonAsync("/v1/evaluations", new { file }, Cancel), 400, "missing_parameter", "model");
    }

    [Fact]
    public async Task Predictions_PickACellOfTheConfusionMatrix()
    {
        using var client = api.NewClient();
        var name = await api.RegisterAsync(1);
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\na,x\nb,y\n", purpose: "evals"))["id"]!;
        var id = (string)(await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model = name, file }, Cancel)))["id"]!;
        await api.Services.GetRequiredService<EvaluationPredictions>().WriteAsync(
            id,
            epoch: 0,
            new EvaluationPrediction[] { new(2, "a", null, ["x"], ["x"], 0.9), new(3, "b", null, ["y"], ["x"], 0.6), new(4, "c", null, ["y"], ["x"], 0.7) }
                .ToAsyncEnumerable(),
            Cancel);
        await using (var db = await api.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancel))
        {
            await db.Jobs.Where(job => job.Id == id).ExecuteUpdateAsync(set => set.SetProperty(job => job.State, JobState.Succeeded), Cancel);
        }

        var page = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/evaluations/{id}/predictions?true=y&predicted=x&limit=1", Cancel));
        Assert.Equal("b", (string)page["data"]![0]!["text"]!);
        Assert.True((bool)page["has_more"]!);
        page = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/evaluations/{id}/predictions?true=y&predicted=x&limit=1&after={page["last_id"]}", Cancel));
        Assert.Equal("c", (string)page["data"]![0]!["text"]!);
        Assert.False((bool)page["has_more"]!);
    }
}
