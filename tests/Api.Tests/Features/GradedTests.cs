namespace FeedbackService.Api.Tests.Features;

/// <summary>Labels that are numbers, over HTTP.</summary>
public sealed class GradedTests
{
    private const string Tiny = """{"head":"graded","n_epochs":12,"batch_size":8,"hidden_size":16,"buckets":1024,"learning_rate":0.01,"validation_split":0.2}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GradedJob_ReportsItsErrors_AndAnswersWithGrades()
    {
        await using var api = new ApiFixture { Role = "all" };
        using var client = api.NewClient();

        var job = await TrainingTour.TrainAsync(client, Reviews(150), "mlp-feedback", "stars", Tiny);

        Assert.Equal("graded", (string)job["method"]!["supervised"]!["hyperparameters"]!["head"]!);
        var report = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/fine_tuning/jobs/{job["id"]}/report", Cancel));
        Assert.InRange((double)report["mae"]!, 0, 0.7);
        Assert.InRange((double)report["rmse"]!, (double)report["mae"]!, 1);
        var metrics = await ApiFixture.ReadAsync(await client.GetAsync($"/v1/fine_tuning/jobs/{job["id"]}/metrics", Cancel));
        Assert.Equal((double)report["rmse"]!, metrics["evaluations"]!.AsArray().Min(evaluation => (double)evaluation!["rmse"]!), 1e-4);
        Assert.Equal(["1", "2", "5"], report["labels"]!.AsArray().Select(label => (string)label!));
        var praise = await TrainingTour.ClassifyAsync(client, "stars", "superb perfect love superb");
        Assert.InRange((double)praise["grade"]!, 4, 5);
        Assert.Equal("5", (string)praise["label"]!);
        Assert.Equal(1, praise["scores"]!.AsArray().Sum(score => (double)score!["score"]!), 1e-4);
        Assert.InRange((double)(await TrainingTour.ClassifyAsync(client, "stars", "awful broken refund awful"))["grade"]!, 1, 2);

        var evaluated = await TrainingTour.EvaluateAsync(client, "text,label\nsuperb perfect love,5\nawful broken refund,5\n", "stars");
        Assert.InRange((double)evaluated["mae"]!, 1.5, 2.5);
        Assert.InRange((double)evaluated["rmse"]!, (double)evaluated["mae"]!, 3);
    }

    [Fact]
    public async Task LabelsThatAreNoNumbers_AreRefusedBeforeAJobBegins()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();

        var response = await TrainingTour.AskAsync(client, "text,label\nfine,1\nbad,low\n", "mlp", "stars", Tiny);

        var problem = await Problems.AssertAsync(response, 400, "invalid_hyperparameters", "method.supervised.hyperparameters.head");
        Assert.Contains("'low'", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsOfSeveralLabels_AreRefusedBeforeAJobBegins()
    {
        await using var api = new ApiFixture();
        using var client = api.NewClient();

        var response = await TrainingTour.AskAsync(client, "text,labels\nfine,1\nbad,1|2\n", "mlp", "stars", Tiny);

        var problem = await Problems.AssertAsync(response, 400, "invalid_hyperparameters", "method.supervised.hyperparameters.head");
        Assert.Contains("1 of the training file have none or several", (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private static string Reviews(int rows)
    {
        var random = new Random(11);
        string[] grades = ["1", "2", "5"];
        string[][] words = [["awful", "broken", "refund"], ["good", "solid", "quick"], ["superb", "perfect", "love"]];
        return string.Concat(Enumerable.Range(0, rows).Select(row =>
            $"{string.Join(' ', Enumerable.Range(0, random.Next(3, 9)).Select(_ => words[row % 3][random.Next(3)]))} {random.Next(100)},{grades[row % 3]}\n").Prepend("text,label\n"));
    }
}
