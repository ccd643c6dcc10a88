using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using FeedbackService.Training.Metrics;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Learns the labels of texts.</summary>
internal sealed class ClassificationTask : ITrainingTask
{
    private readonly TextClassifier _model;
    private readonly TextClassifier? _copy;
    private readonly IReadOnlyList<EncodedExample> _validation;
    private readonly OptimizerOptions _options;
    private readonly ClassificationObjective _classification;
    private readonly RoundObjective _objective;
    private readonly RoundLoss _loss;
    private readonly Evaluator _evaluator;
    private bool _warnedOfLoudFeedback;
    private bool _warnedOfUnsolved;

    /// <summary>Makes the task.</summary>
    /// <param name="model">On its device; owned from now on.</param>
    /// <param name="train">The training part, whose labels are counted.</param>
    /// <param name="validation">The held-out part; may be empty.</param>
    /// <param name="options">Effective options.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="seed">The run's seed.</param>
    public ClassificationTask(
        TextClassifier model, IReadOnlyList<EncodedExample> train, IReadOnlyList<EncodedExample> validation, TrainingOptions options, Device device, ulong seed)
    {
        var labels = model.Config.Labels;
        var counts = new int[labels.Count];
        foreach (var label in train.SelectMany(example => example.Labels))
        {
            counts[label]++;
        }

        var taxonomy = options.Feedback is { Rounds: > 0, Curriculum: CurriculumKind.Taxonomy } ? new LabelTaxonomy(labels) : null;
        (_model, _validation, _options) = (model, validation, options.Optimizer);
        _classification = new ClassificationObjective(options.Data.Head, options.Regularization.LabelSmoothing, options.Regularization.ClassWeights.Resolve(labels, counts), device, labels);
        _objective = new RoundObjective(_classification, taxonomy, device);
        Ranks = options.Adapter.Kind == AdapterKind.Adalora ? CreateRanks(model, options, TrainingSetup.Steps(train.Count, options)) : null;
        if (_options.Precision == ComputePrecision.Bfloat16)
        {
            (_copy, Compute) = ComputeCopy.Of(model, device);
            FreezeCopy();
        }

        _loss = new RoundLoss(_copy ?? model, _objective, options, device, seed, Ranks);
        _evaluator = new Evaluator(validation, _objective, 2 * options.Schedule.BatchSize, device);
    }

    /// <inheritdoc/>
    public nn.Module Model => _model;

    /// <inheritdoc/>
    public ClassifierConfig Config => _model.Config;

    /// <inheritdoc/>
    public ArtifactKind Kind => Config.Adapter is null ? ArtifactKind.Complete : ArtifactKind.Adapter;

    /// <inheritdoc/>
    public IReadOnlyList<TensorSource> Weights => Config.Adapter is null ? TensorSource.Of(_model.state_dict()) : AdapterParts.WeightsOf(_model);

    /// <inheritdoc/>
    public RankAllocator? Ranks { get; }

    /// <inheritdoc/>
    public ComputeCopy? Compute { get; }

    /// <summary>Lets learn what is to learn in the epoch.</summary>
    public void BeginEpoch(long epoch)
    {
        var blocks = _options.FrozenBlocks(_model.Encoder.LayerCount, epoch);
        if (blocks != _model.Encoder.FrozenBlocks)
        {
            _model.FreezeBlocks(blocks);
            FreezeCopy();
        }
    }

    /// <inheritdoc/>
    public StepLoss Loss(long step, IReadOnlyList<EncodedExample> batch) => _loss.Of(step, batch);

    /// <inheritdoc/>
    public TaskEvaluation Evaluate(long step, double epoch)
    {
        var pass = _evaluator.Run(_model);
        var scores = ValidationScore.Report(pass, _validation, _model.Config, Calibration.Identity);
        return new TaskEvaluation(
            ValidationScore.Merit(scores),
            isBest => new EvaluationMade(
                step, epoch, _loss.WeightedLoss(pass.Losses), scores.Accuracy, scores.MacroF1, [.. scores.Rounds.Zip(pass.Losses, RoundEvaluation.Of)], isBest)
            {
                RootMeanSquaredError = scores.RootMeanSquaredError,
            },
            [.. LoudFeedback(step, scores.Rounds), .. Unsolved(step, scores.Rounds)]);
    }

    /// <inheritdoc/>
    public TaskResult Conclude(long trainedTokens)
    {
        if (_validation.Count == 0)
        {
            return new TaskResult(null, Calibration.Identity);
        }

        var pass = _evaluator.Run(_model);
        var calibration = ValidationScore.Calibrate(pass, _validation, _model.Config);
        var report = ValidationScore.Report(pass, _validation, _model.Config, calibration);
        return new TaskResult((JsonObject?)JsonSerializer.SerializeToNode(report), calibration);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ranks?.Dispose();
        Compute?.Dispose();
        _objective.Dispose();
        _classification.Dispose();
        _model.Dispose();
    }

    private static RankAllocator CreateRanks(TextClassifier model, TrainingOptions options, long stepsPerEpoch)
    {
        var adapter = options.Adapter;
        return new RankAllocator(model, new RankBudget(
            RankAllocator.RanksOf(model), adapter.TargetRank * RankAllocator.MapsOf(model), stepsPerEpoch * options.Schedule.Epochs, adapter.InitialWarmup, adapter.FinalWarmup, adapter.Interval));
    }

    // What learns is taken with the weights; that nothing is random in blocks that do not is the copy's own.
    private void FreezeCopy()
    {
        if (_copy is not null && Config.Adapter is null)
        {
            _copy.FreezeBlocks(_model.Encoder.FrozenBlocks);
        }
    }

    // Once: it seldom mends itself, and a line per evaluation would hide the others.
    private IEnumerable<ProgressMessage> LoudFeedback(long step, IReadOnlyList<RoundReport> rounds)
    {
        if (!_warnedOfLoudFeedback && rounds.FirstOrDefault(round => round.RelativeChange > 1) is { } loud)
        {
            _warnedOfLoudFeedback = true;
            yield return new ProgressMessage("warn", string.Create(CultureInfo.InvariantCulture, $"At step {step} the feedback of round {loud.Round} changes the encoder's input by {loud.RelativeChange:F2} times what the text has put there: it drowns the text. Lower learning_rate or scale_learning_rate_factor."));
        }
    }

    private IEnumerable<ProgressMessage> Unsolved(long step, IReadOnlyList<RoundReport> rounds)
    {
        if (_model.Config.Encoder is BifnnEncoderConfig { Gradient: not SolutionGradient.Unrolled } encoder
            && !_warnedOfUnsolved && rounds.Max(round => round.Residual) > encoder.Tolerance)
        {
            _warnedOfUnsolved = true;
            yield return new ProgressMessage("warn", string.Create(CultureInfo.InvariantCulture, $"At step {step} some states still moved by {rounds.Max(round => round.Residual):G2} after {encoder.MaxSweeps} sweeps. Raise max_sweeps, or lower past_bound and future_bound."));
        }
    }
}
