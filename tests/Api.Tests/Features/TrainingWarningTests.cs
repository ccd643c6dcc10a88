using System.Text.Json.Nodes;
using FeedbackService.Api.Tests.Features.Classify;

namespace FeedbackService.Api.Tests.Features;

/// <summary>What a job says of its data before it begins: in the dry run and at the top of its log.</summary>
[Collection(nameof(ServedModels))]
public sealed class TrainingWarningTests(ServedModels served)
{
    private const string Route = "/v1/fine_tuning/jobs";
    private const string Training = "text,label\nred apples,red\nred roses,red\ngreen grass,green\ngreen leaves,green\nthe blue sky,blue\nblue eyes,blue\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ValidationRowsInTheTrainingFile_AreAWarning_InDryRunAndLog()
    {
        using var client = served.Api.NewClient();
        var training = (string)(await ApiFixture.UploadAsync(client, Training))["id"]!;
        var validation = (string)(await ApiFixture.UploadAsync(client, "text,label\nRED  apples,red\nnew grass,green\nnew eyes,brown\nnew hair,red\n"))["id"]!;
        var request = new { model = "mlp", training_file = training, validation_file = validation };
        var warnings = (await PostAsync(client, $"{Route}?dry_run=true", request))["warnings"]!.AsArray();
        Assert.Equal(["validation_leakage", "validation_labels_unknown", "validation_labels_missing"], warnings.Select(warning => (string)warning!["code"]!));
        Assert.StartsWith(
            "The training file holds 1 text of the validation file (25 %), first line 2 (line 2 there)", (string)warnings[0]!["message"]!, StringComparison.Ordinal);
        Assert.Contains($"/v1/files/{validation}/validation?against={training}", (string)warnings[0]!["message"]!, StringComparison.Ordinal);
        Assert.EndsWith(": brown.", (string)warnings[1]!["message"]!, StringComparison.Ordinal);
        Assert.EndsWith(": blue.", (string)warnings[2]!["message"]!, StringComparison.Ordinal);

        var job = await PostAsync(client, Route, request);
        var events = (await ApiFixture.ReadAsync(await client.GetAsync($"{Route}/{job["id"]}/events", Cancel)))["data"]!.AsArray();
        var logged = events.Where(line => (string)line!["level"]! == "warn").Reverse().Take(3).ToList();
        Assert.Equal(warnings.Select(warning => (string)warning!["message"]!), logged.Select(line => (string)line!["message"]!));
        Assert.Equal("validation_leakage", (string)logged[0]!["data"]!["code"]!);
        await client.PostAsync($"{Route}/{job["id"]}/cancel", null, Cancel);
    }

    [Fact]
    public async Task ContinuedTraining_WithOtherLabels_IsAWarning()
    {
        using var client = served.Api.NewClient();
        var same = (string)(await ApiFixture.UploadAsync(client, Training))["id"]!;
        Assert.Empty((await PostAsync(client, $"{Route}?dry_run=true", new { model = "plain", training_file = same }))["warnings"]!.AsArray());

        var other = (string)(await ApiFixture.UploadAsync(client, Training.Replace(",blue", ",azure", StringComparison.Ordinal)))["id"]!;
        var warning = Assert.Single((await PostAsync(client, $"{Route}?dry_run=true", new { model = "plain", training_file = other }))["warnings"]!.AsArray());
        Assert.Equal("labels_differ_from_base", (string)warning!["code"]!);
        Assert.Contains("'plain:1': missing: blue; new: azure.", (string)warning["message"]!, StringComparison.Ordinal);
        Assert.Empty((await PostAsync(client, $"{Route}?dry_run=true", new { model = "mlp", training_file = other }))["warnings"]!.AsArray());
    }

    [Fact]
    public async Task ConflictingRows_AreAWarning()
    {
        using var client = served.Api.NewClient();
        var file = (string)(await ApiFixture.UploadAsync(client, Training + "red apples,green\n"))["id"]!;
        var warning = Assert.Single((await PostAsync(client, $"{Route}?dry_run=true", new { model = "mlp", training_file = file }))["warnings"]!.AsArray());
        Assert.Equal("conflicting_labels", (string)warning!["code"]!);
    }

    private static async Task<JsonObject> PostAsync(HttpClient client, string path, object body) =>
        await ApiFixture.ReadAsync(await client.PostAsJsonAsync(path, body, Cancel));
}
