using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Features.Classify;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Evaluations with a baseline, on models that are served.</summary>
[Collection(nameof(ServedModels))]
public sealed class ComparisonTests(ServedModels served)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Models_AreHeldAgainstTheSameRows()
    {
        using var client = served.Api.NewClient();
        var labels = TinyModels.Plain().Labels;
        var rows = string.Concat(Enumerable.Range(0, 24).Select(i => $"the colour is {(i % 2 == 0 ? "red" : "blue")} {i},{labels[i % labels.Count]}\n"));
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\n" + rows, purpose: "evals"))["id"]!;
        var done = await EvaluateAsync(client, new { model = "plain", file, baseline = "feedback" });

        Assert.Equal("feedback:1", (string)done["baseline"]!);
        var comparison = done["comparison"]!;
        Assert.Null(done["report"]!["comparison"]);
        Assert.Equal(24, (int)comparison["n"]!);
        Assert.Equal(24, new[] { "both_right", "only_model_right", "only_baseline_right", "both_wrong" }.Sum(name => (int)comparison[name]!));
        Assert.Equal((double)done["report"]!["accuracy"]!, (double)comparison["accuracy"]!, 1e-12);
        Assert.Equal((double)comparison["accuracy"]! - (double)comparison["baseline_accuracy"]!, (double)comparison["accuracy_difference"]!, 1e-12);
        Assert.InRange((double)comparison["accuracy_difference"]!, (double)comparison["accuracy_difference_low"]!, (double)comparison["accuracy_difference_high"]!);

        var same = (await EvaluateAsync(client, new { model = "plain", file, baseline = "plain" }))["comparison"]!;
        Assert.Equal((0.0, 1.0), ((double)same["accuracy_difference"]!, (double)same["p_value"]!));
        await Problems.AssertAsync(
            await client.PostAsJsonAsync("/v1/evaluations", new { model = "plain", file, baseline = "multi" }, TestContext.Current.CancellationToken),
            422, "baseline_not_comparable", "baseline");
    }

    [Fact]
    public async Task ProviderOfAnEvaluation_IsHeldAgainstTheExactModel()
    {
        using var client = served.Api.NewClient();
        var labels = TinyModels.Plain().Labels;
        var rows = string.Concat(Enumerable.Range(0, 24).Select(i => $"the colour is {i},{labels[i % labels.Count]}\n"));
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\n" + rows, purpose: "evals"))["id"]!;

        var exact = await EvaluateAsync(client, new { model = "attending", file, provider = "onnx", baseline = "attending" });
        var rounded = await EvaluateAsync(client, new { model = "attending", file, provider = "ONNX_int8", baseline = "attending" });

        Assert.Equal("onnx", (string)exact["provider"]!);
        Assert.Equal(0.0, (double)exact["comparison"]!["accuracy_difference"]!);
        Assert.Equal("onnx_int8", (string)rounded["provider"]!);
        Assert.Equal(24, (int)rounded["comparison"]!["n"]!);
        Assert.NotEqual((double)exact["report"]!["log_loss"]!, (double)rounded["report"]!["log_loss"]!);
        Assert.Equal((double)exact["report"]!["log_loss"]!, (double)rounded["report"]!["log_loss"]!, 0.1);
        await Problems.AssertAsync(
            await client.PostAsJsonAsync("/v1/evaluations", new { model = "attending", file, provider = "openvino" }, TestContext.Current.CancellationToken),
            400, "invalid_value", "provider");
    }

    [Fact]
    public async Task ProviderThatCannotComputeTheModel_FailsTheEvaluation_AndSaysWhy()
    {
        await served.RegisterAsync("solved", TinyModels.Plain(TinyModels.Bifnn));
        using var client = served.Api.NewClient();
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\nred," + TinyModels.Plain().Labels[0] + "\nblue," + TinyModels.Plain().Labels[1] + "\n", purpose: "evals"))["id"]!;

        var ended = await EndAsync(client, new { model = "solved", file, provider = "onnx_int8" });

        Assert.Equal("failed", (string)ended["status"]!);
        Assert.Equal(("provider_not_possible", "provider"), ((string)ended["error"]!["code"]!, (string)ended["error"]!["param"]!));
        Assert.Contains("bifnn", (string)ended["error"]!["message"]!, StringComparison.Ordinal);
    }

    private static async Task<JsonObject> EvaluateAsync(HttpClient client, object request)
    {
        var evaluation = await EndAsync(client, request);
        Assert.True((string)evaluation["status"]! == "succeeded", evaluation.ToJsonString());
        return evaluation;
    }

    private static async Task<JsonObject> EndAsync(HttpClient client, object request)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var evaluation = await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/evaluations", request, deadline.Token));
        while ((string)evaluation["status"]! is "queued" or "running")
        {
            await Task.Delay(50, deadline.Token);
            evaluation = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/evaluations/{evaluation["id"]}", deadline.Token));
        }

        return evaluation;
    }
}
