using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Testing.Load;

namespace FeedbackService.Faults.Tests;

/// <summary>B 16: one byte is flipped in every file of an artifact, one version each. None of them answers, all others do, and health says so.</summary>
public sealed class DamagedArtifactTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B16_FlippedByteInEveryFile_IsRefused_AndOtherModelsAreServed()
    {
        await using var scene = Scene.Create(new SceneSettings());
        var node = await scene.Cluster.StartAllAsync(Cancel);
        var client = scene.NewClient();
        var file = await client.UploadAsync("fine-tune", "train.csv", TinyJobs.Csv(40, seed: 1), Cancel);
        await client.FineTuneAsync(file, "sound", TinyJobs.Hyperparameters(2), Cancel);
        await client.FineTuneAsync(file, "spoilt", TinyJobs.Hyperparameters(3), Cancel);
        await scene.WaitUntilAsync(image => image.Jobs.All(job => job.IsTerminal));
        await node.TerminateAsync(TimeSpan.FromSeconds(60), Cancel);
        var versions = (await scene.Checker.ReadAsync(Cancel)).Versions;
        var folder = Path.Combine(scene.Settings.Data!, versions.Single(version => version.Address == "spoilt:1").Directory);
        var files = Directory.GetFiles(folder);
        Assert.Contains(files, path => Path.GetFileName(path) == ArtifactFiles.Weights);

        var random = new Random(Extent.Seed);
        var flips = 0;
        foreach (var path in files)
        {
            var whole = await File.ReadAllBytesAsync(path, Cancel);
            for (var time = 0; time < Extent.Of(1, 5); time++)
            {
                var spoilt = (byte[])whole.Clone();
                spoilt[random.Next(spoilt.Length)] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(path, spoilt, Cancel);
                // A process that has loaded nothing yet.
                await scene.Cluster.RestartAsync(node);
                await node.WaitUntilReadyAsync(Cancel);
                await AssertDegradedAsync(node.Address, Path.GetFileName(path));
                await node.TerminateAsync(TimeSpan.FromSeconds(60), Cancel);
                flips++;
            }
            await File.WriteAllBytesAsync(path, whole, Cancel);
        }

        await scene.Cluster.RestartAsync(node);
        await node.WaitUntilReadyAsync(Cancel);
        using var http = new HttpClient { BaseAddress = node.Address };
        Assert.Equal((200, "spoilt:1"), await AskAsync(http, "spoilt"));
        await scene.AssertIntactAsync(TimeSpan.FromHours(1));
        Report.Write("B16", $"{flips} flipped bytes in {files.Length} files of an artifact: refused each time, health degraded, the other model served");
    }

    private static async Task AssertDegradedAsync(Uri address, string file)
    {
        using var http = new HttpClient { BaseAddress = address };
        var (status, code) = await AskAsync(http, "spoilt");
        Assert.Equal((file, 500, "artifact_damaged"), (file, status, code));
        Assert.Equal((200, "sound:1"), await AskAsync(http, "sound"));
        var health = await http.GetFromJsonAsync<JsonObject>("/health/ready", Cancel);
        Assert.Equal("degraded", (string?)health!["status"]);
    }

    /// <summary>Status and the model that answered, or the code.</summary>
    private static async Task<(int Status, string? Said)> AskAsync(HttpClient http, string model)
    {
        using var answer = await http.PostAsJsonAsync("/v1/classify", new JsonObject { ["model"] = model, ["input"] = "the team was won" }, Cancel);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        return ((int)answer.StatusCode, (string?)(body["model"] ?? body["error"]?["code"]));
    }
}
