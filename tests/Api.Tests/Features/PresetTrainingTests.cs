using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using FeedbackService.Testing;
using FeedbackService.Training.Presets;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Every preset from the bundled sample to an answer, over HTTP and with real training processes.</summary>
public sealed class PresetTrainingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    public static TheoryData<string> Presets => [.. PresetCatalog.All.Select(preset => preset.Id)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task Preset_TrainsOnTheSample_AndAnswers(string preset)
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();
        var file = (string)(await ApiFixture.UploadAsync(client, await File.ReadAllTextAsync(Sample(), Cancel)))["id"]!;
        var job = await ApiFixture.ReadAsync(await client.PostAsJsonAsync(
            "/v1/fine_tuning/jobs",
            new JsonObject
            {
                ["model"] = preset,
                ["training_file"] = file,
                ["suffix"] = "tickets",
                ["method"] = new JsonObject { ["type"] = "supervised", ["supervised"] = new JsonObject { ["hyperparameters"] = new JsonObject { ["n_epochs"] = 1 } } },
            },
            Cancel));
        var said = "";
        await Eventually.HoldsAsync(
            async token =>
            {
                var now = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/fine_tuning/jobs/{job["id"]}", token));
                said = now.ToJsonString();
                return (string?)now["status"] is "succeeded" or "failed";
            },
            Deadline,
            () => said,
            Cancel);
        Assert.True((string?)JsonNode.Parse(said)!["status"] == "succeeded", said);

        var answer = await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/classify", new JsonObject { ["model"] = "tickets", ["input"] = "I was charged twice this month" }, Cancel));
        var scores = answer["data"]![0]!["scores"]!.AsArray().Select(score => (double)score!["score"]!).ToList();
        Assert.Equal(1, scores.Sum(), 1e-4);
    }

    private static string Sample([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "samples", "support-tickets", "train.csv");
}
