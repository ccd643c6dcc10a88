using FeedbackService.Model.Inference;
using FeedbackService.Training.Estimation;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Estimates trainings by the speed of this machine, which is measured once.</summary>
internal sealed class Estimator
{
    // Ideographs carry more tokens per letter; a text counts as what most of its letters are.
    private const double Mostly = 0.5;

    private readonly Lazy<MachineSpeed> _speed = new(() =>
    {
        TorchRuntime.EnsureLoaded();
        return MachineSpeed.Measure();
    });

    /// <summary>Estimates a planned training.</summary>
    public FineTuningEstimate Estimate(PlannedTraining plan)
    {
        var estimate = TrainingEstimator.Estimate(
            plan.Options, plan.Encoder, plan.Facts, plan.Statistics.MeanCharacters, plan.Statistics.CjkShare > Mostly, _speed.Value, plan.Method);
        var seconds = new SecondsRange(Math.Round(estimate.SecondsLow, 1), Math.Round(estimate.SecondsHigh, 1));
        return new FineTuningEstimate(estimate.Steps, seconds, estimate.MemoryBytes, plan.Spec.Hyperparameters, plan.Warnings);
    }
}
