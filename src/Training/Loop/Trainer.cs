using FeedbackService.Model.Faults;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Loop;

/// <summary>
/// Trains one model from a plan to an artifact. One per process: libtorch's seed and thread count belong to the process.
/// </summary>
/// <remarks>
/// On a CPU, a training that is killed at any moment and started again from the same plan ends with the same weights, bit
/// for bit, as one that is left alone, given the same machine and number of threads: the order of the data is a function of seed and
/// epoch, the randomness of a step one of seed and step, and the rest is in the checkpoint.
/// </remarks>
/// <param name="plan">What to train on what.</param>
/// <param name="report">Told everything that happens, on the training thread.</param>
/// <param name="time">Clock for speed and checkpoint intervals.</param>
public sealed class Trainer(TrainingPlan plan, Action<TrainingProgress> report, TimeProvider time)
{
    /// <summary>Trains to the end, or until cancelled.</summary>
    /// <param name="cancellation">Asked between steps; the training then writes a checkpoint and stops.</param>
    /// <returns><see cref="TrainingFinished"/> or <see cref="TrainingCancelled"/>, which has been reported too.</returns>
    /// <exception cref="InvalidOptionsException">The options do not fit.</exception>
    /// <exception cref="TrainingDataException">The data cannot be trained on as asked, or the base cannot.</exception>
    /// <exception cref="UnreadableDatasetException">A file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">It is not clear which columns are meant.</exception>
    /// <exception cref="DivergedTrainingException">The loss is no longer a number.</exception>
    /// <exception cref="DeviceNotAvailableException">The device is not there, or does not compute in the precision asked for.</exception>
    /// <exception cref="IOException">A file cannot be read, or the disk is full.</exception>
    public TrainingProgress Run(CancellationToken cancellation = default)
    {
        TorchRuntime.SetThreads(plan.Threads);
        TrainingSetup setup;
        try
        {
            setup = TrainingSetup.Create(plan, report, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Report(new TrainingCancelled(0));
        }

        using (setup)
        using (var run = new TrainingRun(setup, report, time))
        {
            return Report(Run(setup, run, cancellation));
        }
    }

    private TrainingProgress Run(TrainingSetup setup, TrainingRun run, CancellationToken cancellation)
    {
        run.Resume();
        ReportStart(setup, run);
        FaultPoint.Reach(FaultPoints.TrainerStarted);
        while (!run.IsOver)
        {
            if (cancellation.IsCancellationRequested)
            {
                run.WriteCheckpoint();
                return new TrainingCancelled(run.Step);
            }

            run.TakeStep();
            FaultPoint.Reach(FaultPoints.TrainerStep);
            if (run.EvaluationIsDue)
            {
                run.Evaluate();
                run.WriteCheckpointIfDue();
            }
        }

        return Finish(setup, run);
    }

    private TrainingFinished Finish(TrainingSetup setup, TrainingRun run)
    {
        run.RestoreBest();
        var result = setup.Task.Conclude(run.TrainedTokens);
        TrainingArtifact.Write(setup, result, time.GetUtcNow());
        FaultPoint.Reach(FaultPoints.TrainerFinished);
        return new TrainingFinished(Path.GetFullPath(plan.OutputDirectory), run.Step, run.BestStep, run.StoppedEarly, run.TrainedTokens, result.Report);
    }

    private void ReportStart(TrainingSetup setup, TrainingRun run) => report(new TrainingStarted(
        setup.Hyperparameters,
        setup.TotalSteps,
        setup.StepsPerEpoch,
        setup.Train.Count,
        setup.Validation.Count,
        setup.Train.Count(example => example.Tokens.Truncated),
        setup.Task.Config.Labels,
        setup.Optimizer.Parameters.Sum(parameter => parameter.Value.numel()),
        plan.Device,
        plan.Threads,
        run.Step));

    private TrainingProgress Report(TrainingProgress last)
    {
        report(last);
        return last;
    }
}
