using System.Text.Json;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Tests.Metrics;

public sealed class EvaluationAccumulatorTests
{
    private static readonly string[] Labels = ["a", "b", "c"];

    // Five texts, so that batches of two leave one over: predicted a, a, b, c, b.
    private static readonly float[][] Probabilities =
        [[0.7f, 0.2f, 0.1f], [0.5f, 0.3f, 0.2f], [0.1f, 0.8f, 0.1f], [0.2f, 0.2f, 0.6f], [0.3f, 0.4f, 0.3f]];

    private static readonly int[] Truth = [0, 1, 1, 2, 0];

    [Fact]
    public void SingleLabel_EqualsValuesWorkedOutByHand()
    {
        EvaluationReport report = SingleLabel().ToReport();

        Assert.Equal(5, report.Count);
        Assert.Equal(3.0 / 5, report.Accuracy, 12);
        Assert.Equal([[1, 1, 0], [1, 1, 0], [0, 0, 1]], report.ConfusionMatrix);
        Assert.Equal(new ClassScores("a", 0.5, 0.5, 0.5, 2), report.PerClass[0]);
        Assert.Equal(new ClassScores("c", 1, 1, 1, 1), report.PerClass[2]);
        Assert.Equal((0.5 + 0.5 + 1) / 3, report.MacroF1, 12);
        Assert.Equal(((0.5 * 2) + (0.5 * 2) + 1) / 5, report.WeightedF1, 12);
        Assert.Null(report.MicroF1);

        // Probabilities are single precision: seven digits.
        Assert.Equal(-(Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.8) + Math.Log(0.6) + Math.Log(0.3)) / 5, report.LogLoss, 6);
        Assert.Equal((0.14 + 0.78 + 0.06 + 0.24 + 0.74) / 5, report.Brier, 6);
        Assert.Equal((0.3 + 0.5 + 0.2 + 0.4 + 0.4) / 5, report.CalibrationError, 6);
    }

    [Fact]
    public void LabelsThatNeverOccur_DoNotPullTheMacroMeanDown()
    {
        IEvaluationAccumulator sut = EvaluationAccumulator.SingleLabel(Labels, 0);
        sut.Add([[0.9f, 0.1f, 0]], [0]);
        sut.Add([[0.2f, 0.8f, 0]], [1]);

        Assert.Equal(1, sut.ToReport().MacroF1);
        Assert.Equal(0, sut.ToReport().PerClass[2].Support);
    }

    [Fact]
    public void CertainAndWrong_StaysFinite()
    {
        IEvaluationAccumulator sut = EvaluationAccumulator.SingleLabel(Labels, 0);
        sut.Add([[1, 0, 0]], [1]);

        Assert.InRange(sut.ToReport().LogLoss, 30, 40);
        Assert.Equal(2, sut.ToReport().Brier);
        Assert.Equal(1, sut.ToReport().CalibrationError);
    }

    [Fact]
    public void Rounds_AreCountedEach_AndTheLastIsTheAnswer()
    {
        float[] wrong = [0.1f, 0.9f, 0];
        float[] right = [0.9f, 0.1f, 0];
        IEvaluationAccumulator sut = EvaluationAccumulator.SingleLabel(Labels, 2);
        sut.Add([wrong, right, right], [0]);
        sut.Add([wrong, wrong, right], [0]);
        sut.Add([right], [0]); // settled at once: its answer stands for the later rounds
        sut.Add([right, right, wrong], [0]);

        EvaluationReport report = sut.ToReport();

        Assert.Equal([(0, 0.5), (1, 0.75), (2, 0.75)], report.Rounds.Select(round => (round.Round, round.Accuracy)));
        Assert.Equal(0.75, report.Accuracy);
    }

    [Fact]
    public void Rounds_TellWhatTheyChangeOfTheOneBefore()
    {
        float[] wrong = [0.1f, 0.9f, 0];
        float[] right = [0.9f, 0.1f, 0];
        IEvaluationAccumulator sut = EvaluationAccumulator.SingleLabel(Labels, 2);
        sut.Add([wrong, right, wrong], [0]);
        sut.Add([right, right, wrong], [0]);
        sut.Add([wrong, wrong, right], [0]);
        sut.Add([wrong], [0]); // settled at once: changes nothing later

        IReadOnlyList<RoundReport> rounds = sut.ToReport().Rounds;

        Assert.Equal(new RoundReport(0, 0.25), rounds[0]);
        Assert.Equal((1L, 0L), (rounds[1].WrongToRight, rounds[1].RightToWrong));
        Assert.Equal((1L, 2L), (rounds[2].WrongToRight, rounds[2].RightToWrong));
        Assert.Equal(1.6 / 4, rounds[1].MeanChange!.Value, 6);
        Assert.Equal(3 * 1.6 / 4, rounds[2].MeanChange!.Value, 6);
        Assert.Null(rounds[2].RelativeChange);
    }

    [Fact]
    public void RoundsOfSeveralLabels_AreRightWhenEveryLabelIs()
    {
        IEvaluationAccumulator sut = EvaluationAccumulator.MultiLabel(["a", "b"], 1, [0.5, 0.3]);
        sut.Add([[0.9f, 0.2f], [0.9f, 0.4f]], [0, 1]);
        sut.Add([[0.1f, 0.4f], [0.6f, 0.4f]], [1]);

        RoundReport round = sut.ToReport().Rounds[1];

        Assert.Equal((1L, 1L, 0.5), (round.WrongToRight, round.RightToWrong, round.Accuracy));
        Assert.Equal((0.2 + 0.5) / 2, round.MeanChange!.Value, 6);
    }

    [Fact]
    public void MultiLabel_EqualsValuesWorkedOutByHand()
    {
        IEvaluationAccumulator sut = EvaluationAccumulator.MultiLabel(["a", "b"], 0, [0.5, 0.3]);
        sut.Add([[0.9f, 0.4f]], [0, 1]); // both found
        sut.Add([[0.6f, 0.1f]], [1]);    // a wrongly, b missed
        sut.Add([[0.2f, 0.2f]], []);     // rightly none

        EvaluationReport report = sut.ToReport();

        Assert.Equal(2.0 / 3, report.Accuracy, 12);
        Assert.Equal(new ClassScores("a", 0.5, 1, 2.0 / 3, 1), report.PerClass[0]);
        Assert.Equal(new ClassScores("b", 1, 0.5, 2.0 / 3, 2), report.PerClass[1]);
        Assert.Equal(2.0 / 3, report.MacroF1, 12);
        Assert.Equal(2.0 * 2 / ((2 * 2) + 1 + 1), report.MicroF1!.Value, 12);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.4) + Math.Log(0.4) + Math.Log(0.1) + Math.Log(0.8) + Math.Log(0.8)) / 6, report.LogLoss, 6);
        Assert.Equal((0.01 + 0.36 + 0.36 + 0.81 + 0.04 + 0.04) / 6, report.Brier, 6);
        Assert.Empty(report.ConfusionMatrix);
    }

    [Fact]
    public void Report_HasTheJsonOfTheContract()
    {
        using JsonDocument json = JsonDocument.Parse(JsonSerializer.Serialize(SingleLabel().ToReport()));

        Assert.Equal(
            ["n", "accuracy", "macro_f1", "weighted_f1", "labels", "per_class", "confusion_matrix", "log_loss", "ece", "brier", "rounds"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["label", "precision", "recall", "f1", "support"], json.RootElement.GetProperty("per_class")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(1, json.RootElement.GetProperty("confusion_matrix")[0][1].GetInt32());
        Assert.Equal(["round", "accuracy"], json.RootElement.GetProperty("rounds")[0].EnumerateObject().Select(p => p.Name));

        using JsonDocument round = JsonDocument.Parse(JsonSerializer.Serialize(new RoundReport(1, 1) { WrongToRight = 0, RightToWrong = 0, MeanChange = 0, RelativeChange = 0, ScaleRms = 0, Level = 1 }));
        Assert.Equal(
            ["round", "accuracy", "wrong_to_right", "right_to_wrong", "mean_change", "relative_change", "scale_rms", "level"],
            round.RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void NoTexts_GiveZeroesThatJsonCanHold()
    {
        EvaluationReport report = EvaluationAccumulator.SingleLabel(Labels, 1).ToReport();

        Assert.Equal(0, report.Accuracy + report.LogLoss + report.CalibrationError + report.Brier + report.MacroF1);
        Assert.NotEmpty(JsonSerializer.Serialize(report));
    }

    [Fact]
    public void WhatCannotBeCounted_IsRefused()
    {
        IEvaluationAccumulator sut = EvaluationAccumulator.SingleLabel(Labels, 0);

        Assert.Throws<ArgumentException>(() => sut.Add([[float.NaN, 0, 0]], [0]));
        Assert.Throws<ArgumentException>(() => sut.Add([[1, 0]], [0]));
        Assert.Throws<ArgumentException>(() => sut.Add([[1, 0, 0], [1, 0, 0]], [0]));
        Assert.Throws<ArgumentException>(() => sut.Add([[1, 0, 0]], [0, 1]));
    }

    [Fact]
    public void CalibrationError_WeighsBinsByTheirSize()
    {
        var sut = new CalibrationError();
        sut.Add(0.91, true);
        sut.Add(0.93, false); // same bin (0.867 to 0.933): stated 0.92, observed 0.5
        sut.Add(0.5, true);
        sut.Add(0, false);

        Assert.Equal(((2 * 0.42) + 0.5 + 0) / 4, sut.Value, 12);
    }

    private static IEvaluationAccumulator SingleLabel()
    {
        IEvaluationAccumulator sut = EvaluationAccumulator.SingleLabel(Labels, 0);
        foreach ((float[][] rows, int[] truths) in Probabilities.Chunk(2).Zip(Truth.Chunk(2)))
        {
            for (int i = 0; i < rows.Length; i++)
            {
                sut.Add([rows[i]], [truths[i]]);
            }
        }

        return sut;
    }
}
