using FeedbackService.Model.Faults;

namespace FeedbackService.Model.Tests.Faults;

public sealed class FaultPlanTests : IDisposable
{
    private readonly string _marks = Directory.CreateTempSubdirectory("feedback-faults-").FullName;

    public void Dispose() => Directory.Delete(_marks, recursive: true);

    [Fact]
    public void Reach_TheNthTime_SaysWhatToDoOnce()
    {
        var plan = FaultPlan.Parse("trainer.step:3:throw", null);
        Assert.Equal([null, null, FaultAction.Throw, null], Enumerable.Range(0, 4).Select(_ => plan.Reach(FaultPoints.TrainerStep)));
    }

    [Fact]
    public void Reach_WithoutAction_Kills() => Assert.Equal(FaultAction.Kill, FaultPlan.Parse("file.placed:1", null).Reach(FaultPoints.FilePlaced));

    [Fact]
    public void Reach_AnotherPoint_DoesNothing() => Assert.Null(FaultPlan.Parse("file.placed:1", null).Reach(FaultPoints.FileRowCommitted));

    [Fact]
    public void Parse_SeveralEntries_TakesEachByItself()
    {
        var plan = FaultPlan.Parse("file.placed:1:stop, file.placed:2:exit,job.rung:1", null);
        Assert.Equal([FaultAction.Stop, FaultAction.Exit, null], Enumerable.Range(0, 3).Select(_ => plan.Reach(FaultPoints.FilePlaced)));
        Assert.Equal(FaultAction.Kill, plan.Reach(FaultPoints.JobRung));
    }

    [Fact]
    public void Reach_WithMarks_HappensInOneProcessOnly()
    {
        Assert.Equal(FaultAction.Kill, FaultPlan.Parse("file.placed:1", _marks).Reach(FaultPoints.FilePlaced));
        Assert.Null(FaultPlan.Parse("file.placed:1", _marks).Reach(FaultPoints.FilePlaced));
        Assert.Equal(["file.placed.1"], Directory.GetFiles(_marks).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("file.placed")]
    [InlineData("file.placed:0")]
    [InlineData("file.placed:x")]
    [InlineData("file.placed:1:sleep")]
    [InlineData("file.placed:1:7")]
    [InlineData("file.lost:1")]
    public void Parse_WhatIsNoEntry_Throws(string text) => Assert.Throws<FormatException>(() => FaultPlan.Parse(text, null));

    [Fact]
    public void Names_AreTakenOnce() => Assert.Equal(FaultPoints.All.Count, FaultPoints.All.Distinct(StringComparer.Ordinal).Count());
}
