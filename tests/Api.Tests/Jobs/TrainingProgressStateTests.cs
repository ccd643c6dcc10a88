using System.Text.Json.Nodes;
using FeedbackService.Api.Jobs.Training;
using FeedbackService.Training.Progress;

namespace FeedbackService.Api.Tests.Jobs;

public sealed class TrainingProgressStateTests
{
    [Fact]
    public void Step_SaysHowFarTheTrainingIs_InProgressAndEvent()
    {
        var sut = new TrainingProgressState();
        sut.Take(new TrainingStarted([], 400, 100, 10, 2, 0, ["a", "b"], 1, "cpu", 1, 0));
        var report = sut.Take(new StepTaken(100, 1, 0.5, [0.5], 0.01, 1, 1000, 50, 30))!;
        var progress = JsonNode.Parse(report.ProgressJson!)!;
        Assert.Equal((100, 25, 30), ((int)progress["step"]!, (double)progress["percent"]!, (double)progress["eta_seconds"]!));
        var data = JsonNode.Parse(report.Events.Single().DataJson!)!;
        Assert.Equal((100, 400, 25, 30), ((int)data["step"]!, (int)data["total_steps"]!, (double)data["percent"]!, (double)data["eta_seconds"]!));
    }

    [Fact]
    public void End_IsAHundredPercent_AlsoWhenItCameEarly()
    {
        var sut = new TrainingProgressState();
        sut.Take(new TrainingStarted([], 400, 100, 10, 2, 0, ["a", "b"], 1, "cpu", 1, 200));
        var report = sut.Take(new TrainingFinished("x", 250, 200, true, 1000, null))!;
        var progress = JsonNode.Parse(report.ProgressJson!)!;
        Assert.Equal((100, 0), ((double)progress["percent"]!, (double)progress["eta_seconds"]!));
    }
}
