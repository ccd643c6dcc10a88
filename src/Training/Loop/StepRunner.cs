using FeedbackService.Training.Optimization;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>One optimizer step, whatever is learned: seed, forward, backward, clip, move.</summary>
/// <remarks>A parameter without gradient, as those of the feedback in a step that draws no round, stays, and so does its state in the optimizer.</remarks>
internal sealed class StepRunner(
    Func<long, IReadOnlyList<EncodedExample>, StepLoss> loss,
    ParameterOptimizer optimizer,
    LearningRateSchedule schedule,
    double maxGradNorm,
    ulong seed,
    RankAllocator? ranks = null,
    ComputeCopy? compute = null)
{
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

        compute?.TakeWeights();
        var (total, rounds) = loss(step, batch);
        total.backward();
        compute?.GiveGradients();

        var gradients = ParameterGradient.Collect(optimizer.Parameters);
        var norm = GradientClipping.Clip(gradients, maxGradNorm);
        var value = (double)total.item<float>();
        if (!double.IsFinite(value) || !double.IsFinite(norm))
        {
            throw new DivergedTrainingException(step, value, norm);
        }

        var rate = schedule.At(step);
        optimizer.Step(gradients, rate);
        ranks?.Update(step);
        return new StepResult(value, [.. rounds.detach().cpu().data<float>().Select(round => (double)round)], rate, norm);
    }
}
