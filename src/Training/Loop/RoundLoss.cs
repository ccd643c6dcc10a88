using FeedbackService.Model.Classification;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>What a step teaches a classifier: forward through the rounds, supervised sum, and the penalties on their disagreement and on an adapter's factors.</summary>
internal sealed class RoundLoss(TextClassifier model, RoundObjective objective, TrainingOptions options, Device device, ulong seed, RankAllocator? ranks = null)
{
    private readonly double[] _roundWeights = RoundSupervision.Weights(options.Feedback.Supervision, model.MaxRounds);

    /// <summary>Weighted sum of the losses of all rounds.</summary>
    public double WeightedLoss(IReadOnlyList<double> roundLosses) => _roundWeights.Zip(roundLosses, (weight, loss) => weight * loss).Sum();

    /// <inheritdoc cref="ITrainingTask.Loss"/>
    public StepLoss Of(long step, IReadOnlyList<EncodedExample> batch)
    {
        var rounds = options.Feedback.SampleRounds ? TrainingSeeds.DrawRounds(seed, step, model.MaxRounds) : model.MaxRounds;
        var logits = model.Forward(PackedTokens.Pack([.. batch.Select(example => example.Tokens)]), device, rounds);
        var targets = objective.Targets([.. batch.Select(example => example.Labels)], model.Config.Labels.Count, device);
        var losses = stack(objective.Losses(logits, targets)); // [K + 1]
        var weights = RoundSupervision.Weights(options.Feedback.Supervision, rounds);
        var loss = (losses * tensor([.. weights.Select(weight => (float)weight)], device: device)).sum();
        if (options.Feedback.Consistency > 0 && rounds > 0)
        {
            loss = loss.PlusScaled(RoundConsistency.Penalty(logits, model.Config.Head), options.Feedback.Consistency);
        }

        if (ranks is not null && options.Adapter.Orthogonality > 0)
        {
            loss = loss.PlusScaled(ranks.Penalty(), options.Adapter.Orthogonality);
        }

        return new StepLoss(loss, losses);
    }
}
