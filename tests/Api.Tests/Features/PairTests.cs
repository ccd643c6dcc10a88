using System.Text.Json.Nodes;

namespace FeedbackService.Api.Tests.Features;

/// <summary>Pairs of texts over HTTP, from the upload to the answer.</summary>
public sealed class PairTests
{
    private static readonly string[] Ranks = ["zero", "one", "two", "three", "four", "five"];

    [Theory]
    [InlineData("mlp", """{"n_epochs":15,"batch_size":8,"hidden_size":16,"buckets":1024,"learning_rate":0.01,"validation_split":0.2}""")]
    [InlineData("transformer-small", """{"n_epochs":15,"batch_size":8,"hidden_size":16,"heads":2,"vocabulary_size":200,"max_tokens":32,"learning_rate":0.005,"feedback_heads":2,"validation_split":0.2}""")]
    [InlineData("gru", """{"n_epochs":15,"batch_size":8,"hidden_size":16,"vocabulary_size":200,"max_tokens":32,"learning_rate":0.01,"feedback_heads":2,"validation_split":0.2}""")]
    public async Task Pair_IsReadAsTwoTexts_AndSwappingThemTurnsTheAnswer(string preset, string hyperparameters)
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();

        await TrainingTour.TrainAsync(client, Order(300), preset, "order", hyperparameters);

        Task<JsonNode> AskAsync(string text, string pair) => TrainingTour.ClassifyAsync(client, "order", new JsonObject { ["text"] = text, ["text_pair"] = pair });
        Assert.Equal("more", (string)(await AskAsync("five", "one"))["label"]!);
        Assert.Equal("less", (string)(await AskAsync("one", "five"))["label"]!);
        var report = await TrainingTour.EvaluateAsync(client, Order(60), "order");
        Assert.InRange((double)report["accuracy"]!, 0.9, 1);
    }

    // Neither text alone decides.
    private static string Order(int rows)
    {
        var random = new Random(3);
        return string.Concat(Enumerable.Range(0, rows).Select(_ =>
        {
            var first = random.Next(Ranks.Length);
            var second = (first + random.Next(1, Ranks.Length)) % Ranks.Length;
            return $"{Ranks[first]}\t{Ranks[second]}\t{(first > second ? "more" : "less")}\n";
        }).Prepend("text\ttext_pair\tlabel\n"));
    }
}
