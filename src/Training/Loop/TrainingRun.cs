using System.Globalization;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Checkpoints;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Metrics;
using FeedbackService.Training.Objectives;
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
    private readonly RoundObjective _objective;
    private readonly StepRunner _steps;
    private readonly Evaluator _evaluator;
    private readonly BestWeights _best;
    private readonly CheckpointStore _checkpoints;
    private readonly int[] _lengths;
    private ProgressMeter? _meter;
    private IReadOnlyList<int[]> _batches = [];
    private long _epochOfBatches = -1;
    private long _lastCheckpoint;
    private bool _warnedOfLoudFeedback;
    private bool _warnedOfUnsolved;

    public TrainingRun(TrainingSetup setup, Action<TrainingProgress> report, TimeProvider time)
    {
        var schedule = setup.Options.Schedule;
        _setup = setup;
        _report = report;
        _time = time;
        _objective = new RoundObjective(setup.Objective, setup.Taxonomy, setup.Device);
        _steps = new StepRunner(
            setup.Model,
            setup.Optimizer,
            _objective,
            new LearningRateSchedule(schedule.Scheduler, schedule.PeakLearningRate, setup.TotalSteps, schedule.WarmupRatio),
            setup.Options,
            setup.Device,
            (ulong)setup.Plan.Seed,
            setup.Ranks);
        _evaluator = new Evaluator(setup.Validation, _objective, 2 * schedule.BatchSize, setup.Device);
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
            _setup.FreezeFor(epoch);
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

    /// <summary>Classifies the validation part and remembers the weights if they are the best so far; nothing without one.</summary>
    public void Evaluate()
    {
        if (_setup.Validation.Count == 0)
        {
            return;
        }

        var pass = RunValidation();
        var scores = ValidationScore.Report(pass, _setup.Validation, _setup.Model.Config, Calibration.Identity);

        // A model with more ranks than it is to have is not the one that was asked for, however good.
        var isBest = (_setup.Ranks is null || Step >= _setup.Ranks.Budget.SettledStep) && _best.Offer(_setup.Model, Step, ValidationScore.Merit(scores));
        _report(new EvaluationMade(
            Step,
            (double)Step / _setup.StepsPerEpoch,
            _steps.WeightedLoss(pass.Losses),
            scores.Accuracy,
            scores.MacroF1,
            [.. scores.Rounds.Zip(pass.Losses, RoundEvaluation.Of)],
            isBest)
        {
            RootMeanSquaredError = scores.RootMeanSquaredError,
        });
        WarnOfLoudFeedback(scores.Rounds);
        WarnOfUnsolved(scores.Rounds);
    }

    /// <summary>Logits of the validation part, all rounds.</summary>
    public EvaluationPass RunValidation() => _evaluator.Run(_setup.Model);

    /// <summary>Puts the best weights back; without validation the last ones stay.</summary>
    public void RestoreBest()
    {
        if (_best.Weights is not null)
        {
            ModelWeights.Restore(_setup.Model, _best.Weights);
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
                new CheckpointContent(state, _setup.Model.state_dict(), _setup.OptimizerState, best),
                folder => TrainingArtifact.Describe(_setup, folder));
        }

        _lastCheckpoint = _time.GetTimestamp();
        _report(new CheckpointWritten(Step, path));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _best.Dispose();
        _objective.Dispose();
    }

    // Once: it seldom mends itself, and a line per evaluation would hide the others.
    private void WarnOfLoudFeedback(IReadOnlyList<RoundReport> rounds)
    {
        if (!_warnedOfLoudFeedback && rounds.FirstOrDefault(round => round.RelativeChange > 1) is { } loud)
        {
            _warnedOfLoudFeedback = true;
            _report(new ProgressMessage("warn", string.Create(CultureInfo.InvariantCulture, $"At step {Step} the feedback of round {loud.Round} changes the encoder's input by {loud.RelativeChange:F2} times what the text has put there: it drowns the text. Lower learning_rate or scale_learning_rate_factor.")));
        }
    }

    private void WarnOfUnsolved(IReadOnlyList<RoundReport> rounds)
    {
        if (_setup.Model.Config.Encoder is BifnnEncoderConfig { Gradient: not SolutionGradient.Unrolled } encoder
            && !_warnedOfUnsolved && rounds.Max(round => round.Residual) > encoder.Tolerance)
        {
            _warnedOfUnsolved = true;
            _report(new ProgressMessage("warn", string.Create(CultureInfo.InvariantCulture, $"At step {Step} some states still moved by {rounds.Max(round => round.Residual):G2} after {encoder.MaxSweeps} sweeps. Raise max_sweeps, or lower past_bound and future_bound.")));
        }
    }

    private void TakeOver(CheckpointContent content)
    {
        var state = content.State;
        if (state.Threads != _setup.Plan.Threads || state.Device != _setup.Plan.Device || state.Machine != TrainingMachine.Describe())
        {
            _report(new ProgressMessage("warn", $"The checkpoint was written with {state.Threads} threads on {state.Device} ({state.Machine}); the result may differ in the last bits from an undisturbed training."));
        }

        ModelWeights.Restore(_setup.Model, content.Weights);
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
