using FeedbackService.Training.Checkpoints;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>A training under way: what changes from step to step, and how it is kept.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingSetup _setup;
    private readonly Action<TrainingProgress> _report;
    private readonly TimeProvider _time;
    private readonly StepRunner _steps;
    private readonly BestWeights _best;
    private readonly CheckpointStore _checkpoints;
    private readonly int[] _lengths;
    private ProgressMeter? _meter;
    private IReadOnlyList<int[]> _batches = [];
    private long _epochOfBatches = -1;
    private long _lastCheckpoint;

    public TrainingRun(TrainingSetup setup, Action<TrainingProgress> report, TimeProvider time)
    {
        var schedule = setup.Options.Schedule;
        _setup = setup;
        _report = report;
        _time = time;
        _steps = new StepRunner(
            setup.Task.Loss,
            setup.Optimizer,
            new LearningRateSchedule(schedule.Scheduler, schedule.PeakLearningRate, setup.TotalSteps, schedule.WarmupRatio),
            setup.Options.Optimizer.MaxGradNorm,
            (ulong)setup.Plan.Seed,
            setup.Task.Ranks,
            setup.Task.Compute);
        _best = new BestWeights(schedule.EarlyStoppingPatience);
        _checkpoints = new CheckpointStore(setup.Plan.CheckpointDirectory);
        _lengths = [.. setup.Train.Select(example => example.Tokens.Ids.Length)];
        _lastCheckpoint = time.GetTimestamp();
    }

    /// <summary>Steps taken.</summary>
    public long Step { get; private set; }

    /// <summary>Tokens read in all steps.</summary>
    public long TrainedTokens { get; private set; }

    /// <summary>Step whose weights are the best, or the last one's without validation.</summary>
    public long BestStep => _best.Step > 0 ? _best.Step : Step;

    /// <summary>Early stopping has ended the training.</summary>
    public bool StoppedEarly => _best.PatienceIsOver && Step < _setup.TotalSteps;

    /// <summary>No step is left to take.</summary>
    public bool IsOver => Step >= _setup.TotalSteps || _best.PatienceIsOver;

    /// <summary>This is a step after which the model is looked at.</summary>
    public bool EvaluationIsDue => Step % _setup.Options.Schedule.EvalEvery == 0 || Step == _setup.TotalSteps;

    /// <summary>Goes on from the newest checkpoint of this training, if there is one.</summary>
    public void Resume()
    {
        using (var scope = NewDisposeScope())
        {
            var content = _checkpoints.ReadNewest(_setup.RunHash, reason => _report(new ProgressMessage("warn", reason)));
            if (content is not null)
            {
                TakeOver(content);
            }
        }

        _meter = new ProgressMeter(Step + 1, _setup.TotalSteps, _setup.StepsPerEpoch, _time);
    }

    /// <summary>Takes the next optimizer step.</summary>
    public void TakeStep()
    {
        var epoch = Step / _setup.StepsPerEpoch;
        if (epoch != _epochOfBatches)
        {
            _batches = LengthBatcher.Plan(_lengths, _setup.Options.Schedule.BatchSize, (ulong)_setup.Plan.Seed, (int)epoch);
            _epochOfBatches = epoch;
            _setup.Task.BeginEpoch(epoch);
        }

        var batch = _batches[(int)(Step % _setup.StepsPerEpoch)];
        var result = _steps.Take(Step + 1, [.. batch.Select(index => _setup.Train[index])]);
        Step++;
        TrainedTokens += batch.Sum(index => (long)_lengths[index]);
        if (_meter!.Take(Step, batch.Length, TrainedTokens, result) is { } record)
        {
            _report(record);
        }
    }

    /// <summary>Looks at the validation part and remembers the weights if they are the best so far; nothing without one.</summary>
    public void Evaluate()
    {
        if (_setup.Validation.Count == 0)
        {
            return;
        }

        var evaluation = _setup.Task.Evaluate(Step, (double)Step / _setup.StepsPerEpoch);

        // A model with more ranks than it is to have is not the one that was asked for, however good.
        var mayBeBest = _setup.Task.Ranks is not { } ranks || Step >= ranks.Budget.SettledStep;
        _report(evaluation.Record(mayBeBest && _best.Offer(_setup.Task.Model, Step, evaluation.Merit)));
        foreach (var warning in evaluation.Warnings)
        {
            _report(warning);
        }
    }

    /// <summary>Puts the best weights back; without validation the last ones stay.</summary>
    public void RestoreBest()
    {
        if (_best.Weights is not null)
        {
            ModelWeights.Restore(_setup.Task.Model, _best.Weights);
        }
    }

    /// <summary>Writes a checkpoint unless the last one is too recent to be worth replacing.</summary>
    public void WriteCheckpointIfDue()
    {
        if (!IsOver && _time.GetElapsedTime(_lastCheckpoint).TotalSeconds >= _setup.Plan.CheckpointIntervalSeconds)
        {
            WriteCheckpoint();
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    public void WriteCheckpoint()
    {
        var state = new CheckpointState
        {
            Step = Step,
            TrainedTokens = TrainedTokens,
            BestStep = _best.Step,
            BestMerit = _best.Merit,
            EvaluationsWithoutGain = _best.WithoutGain,
            RunHash = _setup.RunHash,
            Threads = _setup.Plan.Threads,
            Device = _setup.Plan.Device,
            Machine = TrainingMachine.Describe(),
        };
        string path;
        using (var scope = NewDisposeScope())
        {
            var best = _best.Step == Step ? null : _best.Weights;
            path = _checkpoints.Write(
                new CheckpointContent(state, _setup.Task.Model.state_dict(), _setup.OptimizerState, best),
                folder => TrainingArtifact.Describe(_setup, folder));
        }

        _lastCheckpoint = _time.GetTimestamp();
        _report(new CheckpointWritten(Step, path));
    }

    /// <inheritdoc/>
    public void Dispose() => _best.Dispose();

    private void TakeOver(CheckpointContent content)
    {
        var state = content.State;
        if (state.Threads != _setup.Plan.Threads || state.Device != _setup.Plan.Device || state.Machine != TrainingMachine.Describe())
        {
            _report(new ProgressMessage("warn", $"The checkpoint was written with {state.Threads} threads on {state.Device} ({state.Machine}); the result may differ in the last bits from an undisturbed training."));
        }

        ModelWeights.Restore(_setup.Task.Model, content.Weights);
        _setup.LoadOptimizer(content.OptimizerState);
        Step = state.Step;
        TrainedTokens = state.TrainedTokens;
        if (state.BestStep > 0)
        {
            var best = state.BestStep == state.Step ? content.Weights : content.BestWeights
                ?? throw new InvalidDataException($"The checkpoint of step {state.Step} lacks the best weights.");
            _best.Set(state.BestStep, state.BestMerit, state.EvaluationsWithoutGain, best.ToDictionary(entry => entry.Key, entry => entry.Value.clone().DetachFromDisposeScope(), StringComparer.Ordinal));
        }
    }
}
