using System.Globalization;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.ServingBenchmark.Models;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>
/// What <c>exit_threshold</c> saves: accuracy and cost of a classifier with rounds for every threshold of a grid, in process. The threshold that is held to the goal is chosen on
/// texts held out from training: the lowest at which no more than 0.2 % of them are answered otherwise than by all rounds, for accuracy can then differ by no more. (Accuracies themselves
/// differ by more than that on a thousand texts by chance alone.)
/// </summary>
internal sealed class ExitCurve(Settings settings, TrainedModels models) : ISection
{
    // Of the cost of a threshold that is not the chosen one.
    private const int MostPerPoint = 3;

    private const double Tolerance = 0.002;
    private static readonly double?[] Grid = [0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999, null];

    /// <inheritdoc/>
    public async Task RunAsync(Report report)
    {
        using var plain = OwnPredictor.Load(await models.PlainAsync());
        using var rounds = OwnPredictor.Load(await models.WithRoundsAsync());
        var test = TestSet.TestPart(settings);
        var (ofPlain, ofRounds, held) = (Tokenize(plain, test), Tokenize(rounds, test), Tokenize(rounds, models.HeldOut));
        var plainAnswers = Plain();

        var (allRounds, points) = (HeldOut(null), new List<ExitPoint>());
        foreach (var threshold in Grid)
        {
            var changed = (double)HeldOut(threshold).Zip(allRounds).Count(pair => pair.First != pair.Second) / held.Length;
            var pass = WithRounds(threshold);
            points.Add(new ExitPoint(threshold, changed, test.Accuracy(pass.Labels), pass.MeanRounds, Cost(threshold, Math.Min(MostPerPoint, settings.Repetitions)).Median));
        }

        var (all, chosen) = (points[^1], points.First(point => point.Changed <= Tolerance));
        // Again and again, for this one counts.
        var cost = Cost(chosen.Threshold, settings.Repetitions);
        var plainAccuracy = test.Accuracy(plainAnswers.Labels);
        ExitPlot.Save(Places.Picture(settings), points, chosen, plainAccuracy);
        report.Add("Early exit", string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | exit_threshold | held-out texts answered otherwise than by all rounds | test accuracy | mean rounds | cost, × plain model |
            |---|---|---|---|---|
            {string.Join(Environment.NewLine, points.Select(point => point.Row))}

            {rounds.MaxRounds} rounds at most. The plain model: {plainAccuracy:P2} on test. Chosen on {held.Length} texts held out from training{(settings.FeedbackArtifact is null ? "" : " (not from that of a given model)")}, the lowest that answers no more than 0.2 % of them otherwise: **{chosen.Name}**. On test it is {(chosen.Test - all.Test) * 100:+0.00;-0.00;0.00} points from all rounds, at {cost.Format("F3")} × the plain model's time.
            """));
        report.AtLeast(-0.2, (chosen.Test - all.Test) * 100, "exit_threshold: points of test accuracy from all rounds");
        report.AtMost(1.35, cost.Median, "exit_threshold: mean cost, × plain");

        Spread Cost(double? threshold, int repetitions) => new([.. Enumerable.Range(0, repetitions).Select(_ => Plain().Seconds).Select(before => WithRounds(threshold).Seconds / before)]);
        PredictorPass Plain() => PredictorPass.Run(plain, ofPlain, PredictionOptions.Default, byLength: true);
        PredictorPass WithRounds(double? threshold) => PredictorPass.Run(rounds, ofRounds, new PredictionOptions { ExitThreshold = threshold }, byLength: true);
        IReadOnlyList<string> HeldOut(double? threshold) => PredictorPass.Run(rounds, held, new PredictionOptions { ExitThreshold = threshold }, byLength: true).Labels;
    }

    private static TokenizedText[] Tokenize(Predictor predictor, TestSet set) => [.. set.Inputs.Select(input => predictor.Tokenize(input))];
}
