using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Labels that are numbers, from the file to the answers of the artifact.</summary>
public sealed class GradedTests : IDisposable
{
    // Not in ordinal order, not evenly spaced.
    private static readonly string[] Grades = ["2", "9.5", "10"];

    private static readonly string[][] Words = [["awful", "broken", "refund"], ["good", "solid", "quick"], ["superb", "perfect", "love"]];

    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("mlp", 0)]
    [InlineData("mlp", 1)]
    [InlineData("transformer-small", 0)]
    [InlineData("transformer-small", 1)]
    [InlineData("rnn", 1)]
    [InlineData("lstm", 1)]
    [InlineData("gru", 0)]
    public void Grades_AreLearned_AndReportedInTheirUnit(string preset, int rounds)
    {
        var plan = _bench.Plan(WriteReviews(150), Options(preset, rounds), preset);

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(plan));

        // Always the mean, 7.2, would be off by 3.5.
        var (mae, rmse) = (finished.Report!["mae"]!.GetValue<double>(), finished.Report["rmse"]!.GetValue<double>());
        Assert.InRange(mae, 0, 1.2);
        Assert.InRange(rmse, mae, 2);
        var artifact = ArtifactReader.Open(finished.Directory, ArtifactVerification.Hashes);
        Assert.Equal(Grades, artifact.ReadConfig().Labels);
        Assert.Equal(mae, artifact.Manifest.Metrics!["mae"]!.GetValue<double>());
        using var predictor = Predictor.Load(finished.Directory, CPU);
        double GradeOf(string text) => GradeScale.Of(Grades).GradeOf(predictor.Predict([predictor.Tokenize(new TextInput(text))], PredictionOptions.Default)[0].Logits);
        Assert.InRange(GradeOf("awful broken refund awful"), 2, 5);
        Assert.InRange(GradeOf("superb perfect love superb"), 8, 10);
    }

    [Fact]
    public void PresetsSmoothing_GivesWay_AndWeightsStay()
    {
        var options = TrainingBench.TinyMlp;
        (options["head"], options["n_epochs"], options["class_weights"]) = ("graded", 1, "balanced");

        _bench.Run(_bench.Plan(WriteReviews(60), options));

        var effective = _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters;
        Assert.Equal((0.0, "balanced", "graded"), (effective["label_smoothing"]!.GetValue<double>(), effective["class_weights"]!.GetValue<string>(), effective["head"]!.GetValue<string>()));
    }

    [Fact]
    public void OtherHeads_HaveNoErrorInGrades()
    {
        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(WriteReviews(60), TrainingBench.TinyMlp)));

        Assert.False(finished.Report!.ContainsKey("mae") || finished.Report.ContainsKey("rmse"));
        Assert.Equal("single_label", _bench.Progress.OfType<TrainingStarted>().Single().Hyperparameters["head"]!.GetValue<string>());
        Assert.False(ArtifactReader.Open(finished.Directory).Manifest.Metrics!.ContainsKey("mae"));
    }

    [Theory]
    [InlineData("""{"head":"graded"}""", "2,good,10", "head", "'good'")]
    [InlineData("""{"head":"graded"}""", "2,2.0,10", "head", "'2' and '2.0'")]
    [InlineData("""{"head":"graded","label_smoothing":0.1}""", "2,3,10", "label_smoothing", "Must be 0 or auto")]
    public void WhatIsNoGrade_IsRefusedByOptionAndLabel(string options, string labels, string option, string message)
    {
        var file = _bench.Write("bad.csv", "text,label\n" + string.Concat(labels.Split(',').Select(label => $"some text,{label}\n")));

        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(_bench.Plan(file, JsonNode.Parse(options)!.AsObject())));

        Assert.Contains(message, error.Errors[option], StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralGradesOnARow_AreRefusedByLine()
    {
        var file = _bench.Write("several.csv", "text,labels\na text,2\nanother,2|10\n");

        var error = Assert.Throws<TrainingDataException>(() => _bench.Run(_bench.Plan(file, new JsonObject { ["head"] = "graded" })));

        Assert.Equal(TrainingDataException.SeveralLabels, error.Code);
        Assert.Contains("Line 3 has 2 labels, but head is graded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RegisteredGradedModel_GoesOn_WithOtherGradesToo()
    {
        var first = _bench.Plan(WriteReviews(150), Options("mlp", 1), run: "first");
        var mae = Assert.IsType<TrainingFinished>(_bench.Run(first)).Report!["mae"]!.GetValue<double>();
        var gentle = new JsonObject { ["n_epochs"] = 1, ["learning_rate"] = 1e-6 };

        var again = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(WriteReviews(150), gentle, run: "second") with { Preset = null, BaseArtifact = first.OutputDirectory }));
        Assert.Equal(mae, again.Report!["mae"]!.GetValue<double>(), 0.2);

        var other = _bench.Write("other.csv", File.ReadAllText(WriteReviews(150)).Replace(",2\n", ",-1\n", StringComparison.Ordinal));
        var third = _bench.Plan(other, gentle, run: "third") with { Preset = null, BaseArtifact = first.OutputDirectory };
        _bench.Run(third);
        Assert.Equal(["-1", "9.5", "10"], ArtifactReader.Open(third.OutputDirectory).ReadConfig().Labels);
    }

    private string WriteReviews(int rows)
    {
        var random = new Random(11);
        var lines = Enumerable.Range(0, rows).Select(row =>
            $"{string.Join(' ', Enumerable.Range(0, random.Next(3, 9)).Select(_ => Words[row % 3][random.Next(3)]))} {random.Next(100)},{Grades[row % 3]}\n");
        return _bench.Write("reviews.csv", string.Concat(lines.Prepend("text,label\n")));
    }

    private static JsonObject Options(string preset, int rounds)
    {
        var options = preset switch
        {
            "mlp" => TrainingBench.TinyMlp,
            "transformer-small" => TrainingBench.TinyTransformer,
            _ => TrainingBench.TinyRecurrent,
        };
        (options["head"], options["rounds"], options["n_epochs"]) = ("graded", rounds, 15);
        return options;
    }
}
