using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Tests.Metrics;

public sealed class GradeErrorsTests
{
    [Fact]
    public void Errors_AreMeans_OfDistancesAndOfTheirSquares()
    {
        var errors = new GradeErrors();
        errors.Add(4.5, 5);
        errors.Add(2, 2);
        errors.Add(3, 1);

        var report = errors.AddTo(EvaluationAccumulator.SingleLabel(["1", "2", "5"], 0).ToReport());

        Assert.Equal(2.5 / 3, report.MeanAbsoluteError!.Value, 1e-12);
        Assert.Equal(Math.Sqrt(4.25 / 3), report.RootMeanSquaredError!.Value, 1e-12);
    }

    [Fact]
    public void OfNoTexts_TheyAreZero()
    {
        var report = new GradeErrors().AddTo(EvaluationAccumulator.SingleLabel(["1", "2"], 0).ToReport());

        Assert.Equal((0, 0), (report.MeanAbsoluteError, report.RootMeanSquaredError));
    }
}
