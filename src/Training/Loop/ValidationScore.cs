using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Training.Loop;

/// <summary>Logits of a held-out part to figures.</summary>
internal static class ValidationScore
{
    /// <summary>The evaluation report of a pass.</summary>
    /// <param name="pass">Logits of every round.</param>
    /// <param name="examples">The held-out part, in the order of the logits.</param>
    /// <param name="config">The classifier.</param>
    /// <param name="calibration">Temperatures and thresholds.</param>
    public static EvaluationReport Report(EvaluationPass pass, IReadOnlyList<EncodedExample> examples, ClassifierConfig config, Calibration calibration)
    {
        var feedbackRounds = pass.Logits.Length - 1;
        var accumulator = config.Head == HeadKind.MultiLabel
            ? EvaluationAccumulator.MultiLabel(config.Labels, feedbackRounds, calibration.Thresholds)
            : EvaluationAccumulator.SingleLabel(config.Labels, feedbackRounds);
        for (var text = 0; text < examples.Count; text++)
        {
            accumulator.Add(
                [.. pass.Logits.Select((logits, round) => LabelProbabilities.Of(logits[text], config.Head, calibration.TemperatureOf(round)))],
                examples[text].Labels);
        }

        var report = pass.Solutions.AddTo(accumulator.ToReport());
        report = report with
        {
            Rounds = [.. report.Rounds.Zip(pass.Monitors, (round, monitor) =>
                round with { RelativeChange = monitor.RelativeChange, ScaleRms = monitor.ScaleRms, Level = monitor.Level })],
        };
        return config.Head == HeadKind.Graded ? ErrorsOf(pass.Logits[^1], examples, config).AddTo(report) : report;
    }

    /// <summary>What makes one evaluation better than another: a higher macro-F1, or with grades, which are worth the more the nearer, a lower RMSE.</summary>
    public static double Merit(EvaluationReport report) => -report.RootMeanSquaredError ?? report.MacroF1;

    /// <summary>The temperature of each round, and for several labels the threshold of each label, that fit the held-out part best.</summary>
    public static Calibration Calibrate(EvaluationPass pass, IReadOnlyList<EncodedExample> examples, ClassifierConfig config)
    {
        if (config.Head != HeadKind.MultiLabel)
        {
            int[] truths = [.. examples.Select(example => example.Labels[0])];
            return new Calibration([.. pass.Logits.Select(logits => TemperatureScaling.Fit(logits, truths))]);
        }

        IReadOnlyList<int>[] labels = [.. examples.Select(example => example.Labels)];
        double[] temperatures = [.. pass.Logits.Select(logits => TemperatureScaling.FitMultiLabel(logits, labels))];
        float[][] probabilities = [.. pass.Logits[^1].Select(logits => LabelProbabilities.Of(logits, config.Head, temperatures[^1]))];
        return new Calibration(temperatures, ThresholdFitting.Fit(probabilities, labels, config.Labels.Count));
    }

    private static GradeErrors ErrorsOf(float[][] logits, IReadOnlyList<EncodedExample> examples, ClassifierConfig config)
    {
        var scale = GradeScale.Of(config.Labels);
        var errors = new GradeErrors();
        for (var text = 0; text < examples.Count; text++)
        {
            errors.Add(scale.GradeOf(logits[text]), scale.Grades[examples[text].Labels[0]]);
        }

        return errors;
    }
}
