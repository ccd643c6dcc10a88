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

        var answer = await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/classify", new JsonObject { ["model"] = "tickets", ["input"] = "I was charged twice this month", ["explain"] = true }, Cancel));
        var scores = answer["data"]![0]!["scores"]!.AsArray().Select(score => (double)score!["score"]!).ToList();
        Assert.Equal(1, scores.Sum(), 1e-4);
        var report = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/fine_tuning/jobs/{job["id"]}/report", Cancel));
        AssertSolved(answer["data"]![0]!["trace"]!.AsArray(), preset);
        AssertSolved(report["report"]?["rounds"]?.AsArray() ?? report["rounds"]!.AsArray(), preset);
    }

    // How well bifnn has solved for its states is told round by round, in the trace as in the report; others have nothing to tell.
    private static void AssertSolved(JsonArray rounds, string preset)
    {
        Assert.NotEmpty(rounds);
        foreach (var round in rounds)
        {
            if (preset == "bifnn")
            {
                Assert.InRange((double)round!["sweeps"]!, 1, 30);
                Assert.InRange((double)round["residual"]!, 0, 1e-4);
                Assert.InRange((double)round["kappa"]!, 0.1, 0.9 + 1e-3);
            }
            else
            {
                Assert.Null(round!["sweeps"]);
            }
        }
    }

    private static string Sample([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "samples", "support-tickets", "train.csv");
}
