using FeedbackService.Model.Classification;
using FeedbackService.Model.Numerics;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Objectives;
using FeedbackService.Training.Optimization;
using FeedbackService.Training.Options;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>One optimizer step: forward through the rounds, supervised sum, backward, clip, move.</summary>
/// <remarks>A step that draws no round leaves the feedback's parameters without gradient: they and their state in the optimizer stay.</remarks>
internal sealed class StepRunner(
    TextClassifier model,
    ParameterOptimizer optimizer,
    RoundObjective objective,
    LearningRateSchedule schedule,
    TrainingOptions options,
    Device device,
    ulong seed,
    RankAllocator? ranks = null)
{
    private readonly double[] _roundWeights = RoundSupervision.Weights(options.Feedback.Supervision, model.MaxRounds);

    /// <summary>Weighted sum of the losses of all rounds.</summary>
    public double WeightedLoss(IReadOnlyList<double> roundLosses) => _roundWeights.Zip(roundLosses, (weight, loss) => weight * loss).Sum();

    /// <summary>Takes one step; what it does depends on weights, batch, seed and number alone.</summary>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="batch">B texts.</param>
    /// <exception cref="DivergedTrainingException">Loss or gradient is not finite; the weights are left as they were.</exception>
    public StepResult Take(long step, IReadOnlyList<EncodedExample> batch)
    {
        using var scope = NewDisposeScope();
        TrainingSeeds.SeedStep(seed, step);
        foreach (var parameter in optimizer.Parameters)
        {
            parameter.Value.grad = null;
        }

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

        loss.backward();

        var gradients = ParameterGradient.Collect(optimizer.Parameters);
        var norm = GradientClipping.Clip(gradients, options.Optimizer.MaxGradNorm);
        var value = (double)loss.item<float>();
        if (!double.IsFinite(value) || !double.IsFinite(norm))
        {
            throw new DivergedTrainingException(step, value, norm);
        }

        var rate = schedule.At(step);
        optimizer.Step(gradients, rate);
        ranks?.Update(step);
        return new StepResult(value, [.. losses.detach().cpu().data<float>().Select(round => (double)round)], rate, norm);
    }
}
