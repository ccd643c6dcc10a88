using System.Text.Json.Nodes;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Features;

/// <summary>From the text of a file to a registered model, over HTTP and with a real training process.</summary>
internal static class TrainingTour
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Uploads the file, trains on it and waits until the model <paramref name="name"/> has a new version.</summary>
    /// <param name="client">Of a service with workers.</param>
    /// <param name="content">The file.</param>
    /// <param name="model">A preset or a registered model.</param>
    /// <param name="name">Name of the result.</param>
    /// <param name="hyperparameters">JSON object.</param>
    /// <returns>The finished job.</returns>
    public static async Task<JsonNode> TrainAsync(HttpClient client, string content, string model, string name, string hyperparameters)
    {
        var job = await ApiFixture.ReadAsync(await AskAsync(client, content, model, name, hyperparameters));
        return await WaitAsync(client, $"/v1/fine_tuning/jobs/{job["id"]}");
    }

    /// <summary>Uploads the file and asks for the training; the answer may be a refusal.</summary>
    /// <inheritdoc cref="TrainAsync"/>
    public static async Task<HttpResponseMessage> AskAsync(HttpClient client, string content, string model, string name, string hyperparameters)
    {
        var file = (string)(await ApiFixture.UploadAsync(client, content))["id"]!;
        return await client.PostAsJsonAsync(
            "/v1/fine_tuning/jobs",
            new JsonObject
            {
                ["model"] = model,
                ["training_file"] = file,
                ["suffix"] = name,
                ["method"] = new JsonObject { ["type"] = "supervised", ["supervised"] = new JsonObject { ["hyperparameters"] = JsonNode.Parse(hyperparameters) } },
            },
            Cancel);
    }

    /// <summary>Evaluates a model on a file and waits for the report.</summary>
    public static async Task<JsonNode> EvaluateAsync(HttpClient client, string content, string model)
    {
        var file = (string)(await ApiFixture.UploadAsync(client, content, purpose: "evals"))["id"]!;
        var evaluation = await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/evaluations", new { model, file }, Cancel));
        return (await WaitAsync(client, $"/v1/evaluations/{evaluation["id"]}"))["report"]!;
    }

    /// <summary>The answer for one input.</summary>
    public static async Task<JsonNode> ClassifyAsync(HttpClient client, string model, JsonNode input) =>
        (await ApiFixture.ReadAsync(await client.PostAsJsonAsync("/v1/classify", new JsonObject { ["model"] = model, ["input"] = input }, Cancel)))["data"]![0]!;

    /// <summary>Waits until a job or an evaluation has succeeded.</summary>
    public static async Task<JsonNode> WaitAsync(HttpClient client, string address)
    {
        var said = "";
        await Eventually.HoldsAsync(
            async token =>
            {
                var now = await ApiFixture.ReadAsync(await client.GetAsync(address, token));
                said = now.ToJsonString();
                return (string?)now["status"] is "succeeded" or "failed";
            },
            Deadline,
            () => said,
            Cancel);
        var done = JsonNode.Parse(said)!;
        Assert.True((string?)done["status"] == "succeeded", said);
        return done;
    }
}
