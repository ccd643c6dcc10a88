using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Tests.Progress;

public sealed class ProgressJsonTests
{
    public static TheoryData<TrainingProgress, string> Records => new()
    {
        { new TrainingStarted(new JsonObject { ["n_epochs"] = 3 }, 30, 10, 320, 40, 2, ["a", "b"], 1234, "cpu", 2, 0), "started" },
        { new StepTaken(3, 0.3, 1.25, [1.5, 1.125], 1e-3, 0.5, 99, 100.5, 12), "step" },
        { new EvaluationMade(10, 1, 0.7, 0.8, 0.75, [new RoundEvaluation(0, 0.9, 0.7), new RoundEvaluation(1, 0.6, 0.8) { WrongToRight = 3, RightToWrong = 1, MeanChange = 0.1, RelativeChange = 0.2, ScaleRms = 0.3, Level = 2 }], true), "evaluation" },
        { new CheckpointWritten(10, "/data/步骤-10"), "checkpoint" },
        { new ProgressMessage("warn", "3 rows\nare left out."), "message" },
        { new TrainingFinished("/data/artifact", 30, 20, true, 1000, new JsonObject { ["accuracy"] = 0.5 }), "finished" },
        { new TrainingCancelled(12), "cancelled" },
        { new TrainingFailed("one_class", "Every text has the label 'a'.", "training_file"), "failed" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void Record_ComesBackAsOneLineOfItsType(TrainingProgress record, string type)
    {
        var line = ProgressJson.Write(record);

        Assert.DoesNotContain('\n', line);
        Assert.Equal(type, JsonNode.Parse(line)!["type"]!.GetValue<string>());
        Assert.IsType(record.GetType(), ProgressJson.Read(line));
        Assert.Equal(line, ProgressJson.Write(ProgressJson.Read(line)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"type":"other"}""")]
    [InlineData("hello")]
    public void AnythingElse_IsRefused(string line) => Assert.ThrowsAny<JsonException>(() => ProgressJson.Read(line));
}
