using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Numerics;
using FeedbackService.Training.Masking;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Learns to guess hidden tokens (Devlin et al. 2019, arXiv:1810.04805, §3.1, without next-sentence prediction, which Liu et al. 2019, arXiv:1907.11692, found to be of no use).</summary>
/// <remarks>
/// The loss of a step is the mean cross-entropy over all hidden tokens of its batch. What is hidden at a step is a function of seed, step and place in the batch, so nothing of it is kept; what
/// is hidden in the held-out part is a function of the seed, so that evaluations can be compared.
/// </remarks>
internal sealed class MaskedLanguageTask : ITrainingTask
{
    private readonly MaskedLanguageModel _model;
    private readonly MaskedLanguageModel _computing;
    private readonly TokenMasker _masker;
    private readonly IReadOnlyList<MaskedText> _validation;
    private readonly MaskedEvaluator _evaluator;
    private readonly Device _device;
    private readonly ulong _seed;

    /// <summary>Makes the task.</summary>
    /// <param name="model">On its device; owned from now on.</param>
    /// <param name="masker">Of the model's tokenizer.</param>
    /// <param name="validation">The held-out part, each text one that can be masked; may be empty.</param>
    /// <param name="options">Effective options.</param>
    /// <param name="device">Where the model is.</param>
    /// <param name="seed">The run's seed.</param>
    public MaskedLanguageTask(MaskedLanguageModel model, TokenMasker masker, IReadOnlyList<EncodedExample> validation, TrainingOptions options, Device device, ulong seed)
    {
        (_model, _masker, _device, _seed) = (model, masker, device, seed);
        _validation = [.. validation.Select((example, index) => masker.Mask(example.Tokens, TrainingSeeds.OfValidationMasks(seed, index)))];
        _evaluator = new MaskedEvaluator(_validation, options.Schedule.BatchSize, device);
        (_computing, Compute) = options.Optimizer.Precision == ComputePrecision.Bfloat16 ? ComputeCopy.Of(model, device) : (model, null);
    }

    /// <inheritdoc/>
    public nn.Module Model => _model;

    /// <inheritdoc/>
    public ClassifierConfig Config => _model.Config;

    /// <inheritdoc/>
    public ArtifactKind Kind => ArtifactKind.Encoder;

    /// <inheritdoc/>
    public IReadOnlyList<TensorSource> Weights => TensorSource.Of(_model.state_dict());

    /// <inheritdoc/>
    public ComputeCopy? Compute { get; }

    /// <inheritdoc/>
    public StepLoss Loss(long step, IReadOnlyList<EncodedExample> batch)
    {
        var masked = MaskedBatch.Of([.. batch.Select((example, place) => _masker.Mask(example.Tokens, TrainingSeeds.OfMasks(_seed, step, place)))]);
        var logits = _computing.Forward(masked.Tokens, masked.Places, _device); // [M, V]
        var loss = nn.functional.cross_entropy(logits, tensor(masked.Truths, device: _device));
        return new StepLoss(loss, loss.unsqueeze(0));
    }

    /// <inheritdoc/>
    public TaskEvaluation Evaluate(long step, double epoch)
    {
        var scores = _evaluator.Run(_model);
        return new TaskEvaluation(
            -scores.Loss,
            isBest => new MaskedEvaluationMade(step, epoch, scores.Loss, scores.Perplexity, scores.Accuracy, scores.MaskedTokens, isBest),
            []);
    }

    /// <inheritdoc/>
    public TaskResult Conclude(long trainedTokens)
    {
        if (_validation.Count == 0)
        {
            return new TaskResult(null, null);
        }

        var scores = _evaluator.Run(_model);
        return new TaskResult(
            new JsonObject
            {
                ["n"] = _validation.Count,
                ["masked_tokens"] = scores.MaskedTokens,
                ["masked_loss"] = scores.Loss,
                ["perplexity"] = scores.Perplexity,
                ["masked_accuracy"] = scores.Accuracy,
                ["trained_tokens"] = trainedTokens,
            },
            null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Compute?.Dispose();
        _model.Dispose();
    }
}
