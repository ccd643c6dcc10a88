using System.Collections.Concurrent;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Training.Estimation;
using static TorchSharp.torch;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Estimates trainings by the speed of this process's device, which is measured once in each precision.</summary>
internal sealed class Estimator(Device device)
{
    // Ideographs carry more tokens per letter; a text counts as what most of its letters are.
    private const double Mostly = 0.5;

    private readonly ConcurrentDictionary<ComputePrecision, Lazy<MachineSpeed>> _speeds = new();

    /// <summary>Estimates a planned training.</summary>
    public FineTuningEstimate Estimate(PlannedTraining plan)
    {
        var estimate = TrainingEstimator.Estimate(
            plan.Options, plan.Encoder, plan.Facts, plan.Statistics.MeanCharacters, plan.Statistics.CjkShare > Mostly, SpeedIn(plan.Options.Optimizer.Precision), plan.Method);
        var seconds = new SecondsRange(Math.Round(estimate.SecondsLow, 1), Math.Round(estimate.SecondsHigh, 1));
        return new FineTuningEstimate(estimate.Steps, seconds, estimate.MemoryBytes, plan.Spec.Hyperparameters, plan.Warnings);
    }

    // What this device does not compute, a worker's may: float32 is the nearest that can be measured.
    private MachineSpeed SpeedIn(ComputePrecision precision) => _speeds.GetOrAdd(precision, asked => new Lazy<MachineSpeed>(() =>
    {
        // A thread of the pool may be new, and a model may be computing on few threads just now.
        TorchRuntime.RestoreThreads();
        return MachineSpeed.Measure(device, TorchRuntime.Computes(device, asked) ? asked : ComputePrecision.Float32);
    })).Value;
}
