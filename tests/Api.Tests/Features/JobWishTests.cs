using System.Text;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Priority and device, as requests ask for them.</summary>
public sealed class JobWishTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"priority\":101", "priority")]
    [InlineData("\"priority\":-101", "priority")]
    [InlineData("\"priority\":1.5", "priority")]
    [InlineData("\"priority\":\"high\"", "priority")]
    [InlineData("\"device\":\"tpu\"", "device")]
    [InlineData("\"device\":\"cuda:1\"", "device")]
    [InlineData("\"device\":1", "device")]
    public async Task BadWish_IsRefused_WithItsName(string wish, string param)
    {
        using var client = api.NewClient();
        foreach (var (route, body) in new[]
        {
            ("/v1/fine_tuning/jobs", "\"model\":\"mlp\",\"training_file\":\"file-none\""),
            ("/v1/evaluations", "\"model\":\"news\",\"file\":\"file-none\""),
            ("/v1/batches", "\"input_file_id\":\"file-none\",\"endpoint\":\"/v1/classify\""),
        })
        {
            using var json = new StringContent($"{{{body},{wish}}}", Encoding.UTF8, "application/json");
            await Problems.AssertAsync(await client.PostAsync(route, json, Cancel), 400, "invalid_value", param);
        }
    }

    [Fact]
    public async Task Wishes_AreEchoed_AndAJobThatNobodyCanTakeSaysSo()
    {
        using var client = api.NewClient();
        var file = (string)(await ApiFixture.UploadAsync(client, "text,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"text {i},{i % 2}\n"))))["id"]!;
        var made = await ApiFixture.ReadAsync(await client.PostAsJsonAsync(
            "/v1/fine_tuning/jobs", new { model = "mlp", training_file = file, suffix = "wishes", priority = -100, device = "cuda" }, Cancel));
        Assert.Equal((-100, "cuda"), ((int)made["priority"]!, (string)made["device"]!));
        var events = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/fine_tuning/jobs/{made["id"]}/events", Cancel));
        Assert.Contains(events["data"]!.AsArray(), line => (string)line!["message"]! == "Waits for a worker with CUDA; none is registered.");

        var requests = (string)(await ApiFixture.UploadAsync(client, "{\"custom_id\":\"1\"}", "requests.jsonl", "batch"))["id"]!;
        var batch = await ApiFixture.ReadAsync(await client.PostAsJsonAsync(
            "/v1/batches", new { input_file_id = requests, endpoint = "/v1/classify", priority = 100 }, Cancel));
        Assert.Equal((100, "auto"), ((int)batch["priority"]!, (string)batch["device"]!));
    }
}
