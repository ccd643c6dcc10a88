using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Loop;

/// <summary>Trainings of the feedback loop: what rounds are taught, and what is told of them.</summary>
public sealed class RoundTrainingTests : IDisposable
{
    private readonly TrainingBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Taxonomy_TeachesThePlainPassTheFirstPartAlone()
    {
        // Which of the two parts below a first part is right, the words do not say: only the first part can be learned.
        var file = _bench.Write("paths.csv", string.Join('\n', File.ReadAllLines(_bench.WriteTopics(120)).Select((line, row) => row == 0 ? line : $"{line}/{(row / 3 % 2 == 0 ? "a" : "b")}")));
        var options = TrainingBench.TinyMlp;
        options["curriculum"] = "taxonomy";
        options["n_epochs"] = 10;

        Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(file, options)));

        var last = _bench.Evaluations.Last();
        Assert.InRange(last.Rounds[0].Loss, 0, 0.4);
        Assert.InRange(last.Rounds[1].Loss, 0.6, 10);
        Assert.Equal([1, 2], last.Rounds.Select(round => round.Level));
    }

    [Fact]
    public void Rounds_AreMonitored_InProgressAndReport()
    {
        var options = TrainingBench.TinyMlp;
        options["rounds"] = 2;

        var finished = Assert.IsType<TrainingFinished>(_bench.Run(_bench.Plan(_bench.WriteTopics(60), options)));

        Assert.All(_bench.Evaluations, evaluation =>
        {
            Assert.Equal(new RoundEvaluation(0, evaluation.Rounds[0].Loss, evaluation.Rounds[0].Accuracy), evaluation.Rounds[0]);
            Assert.All(evaluation.Rounds.Skip(1), round =>
            {
                Assert.True(round is { MeanChange: > 0, RelativeChange: > 0, ScaleRms: > 0, WrongToRight: >= 0, RightToWrong: >= 0, Level: null });
                var gained = (round.Accuracy - evaluation.Rounds[round.Round - 1].Accuracy) * 12; // texts held out
                Assert.Equal(gained, (double)(round.WrongToRight - round.RightToWrong)!, 1e-9);
            });
        });
        Assert.Equal(["round", "accuracy"], finished.Report!["rounds"]![0]!.AsObject().Select(member => member.Key));
        Assert.Equal(
            ["round", "accuracy", "wrong_to_right", "right_to_wrong", "mean_change", "relative_change", "scale_rms"],
            finished.Report["rounds"]![2]!.AsObject().Select(member => member.Key));
    }

    [Fact]
    public void FeedbackThatDrownsTheText_IsWarnedOfOnce()
    {
        var options = TrainingBench.TinyMlp;
        options["rounds"] = 2;
        options["scale_learning_rate_factor"] = 1000;
        options["learning_rate"] = 0.03;

        _bench.Run(_bench.Plan(_bench.WriteTopics(60), options));

        Assert.Contains(_bench.Evaluations, evaluation => evaluation.Rounds[1].RelativeChange > 1);
        Assert.Single(_bench.Progress.OfType<ProgressMessage>(), message => message.Level == "warn" && message.Message.Contains("drowns the text", StringComparison.Ordinal));
    }

    [Fact]
    public void Taxonomy_OfLabelsThatAreNoPaths_IsRefusedBeforeAnyTensorIsMade()
    {
        var options = TrainingBench.TinyMlp;
        options["curriculum"] = "taxonomy";

        var error = Assert.Throws<InvalidOptionsException>(() => _bench.Run(_bench.Plan(_bench.WriteTopics(60), options)));

        Assert.Contains("'money' is no path", error.Errors["curriculum"], StringComparison.Ordinal);
    }
}
