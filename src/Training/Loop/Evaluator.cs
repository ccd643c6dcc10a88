using FeedbackService.Model.Classification;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Metrics;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Runs a classifier over a held-out part, all rounds, without dropout and gradients.</summary>
internal sealed class Evaluator(IReadOnlyList<EncodedExample> examples, RoundObjective objective, int batchSize, Device device)
{
    /// <summary>Logits and losses of every round.</summary>
    /// <param name="model">Put into evaluation mode, and back into the mode it was in.</param>
    public EvaluationPass Run(TextClassifier model)
    {
        var logits = Enumerable.Range(0, model.MaxRounds + 1).Select(_ => new float[examples.Count][]).ToArray();
        var changes = new double[logits.Length];
        var solutions = new SolutionTally();
        var wasTraining = model.training;
        model.eval();
        try
        {
            // Texts of like length side by side: least padding where attention needs a rectangle.
            foreach (var batch in Enumerable.Range(0, examples.Count).OrderBy(index => examples[index].Tokens.Ids.Length).Chunk(batchSize))
            {
                RunBatch(model, batch, logits, changes, solutions);
            }
        }
        finally
        {
            model.train(wasTraining);
        }

        return new EvaluationPass(logits, Losses(logits, model.Config.Labels.Count), Monitors(model, changes), solutions);
    }

    /// <param name="model">In evaluation mode.</param>
    /// <param name="batch">Indices of examples.</param>
    /// <param name="logits">By round, text, label; those of the batch are put in.</param>
    /// <param name="changes">Relative change by round, summed over texts; those of the batch are added.</param>
    /// <param name="solutions">Those of the batch are added.</param>
    private void RunBatch(TextClassifier model, int[] batch, float[][][] logits, double[] changes, SolutionTally solutions)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rounds = model.Observe(PackedTokens.Pack([.. batch.Select(index => examples[index].Tokens)]), device);
        for (var round = 0; round < rounds.Count; round++)
        {
            var values = rounds[round].Logits.cpu().data<float>().ToArray();
            for (var i = 0; i < batch.Length; i++)
            {
                logits[round][batch[i]] = values.AsSpan(i * model.Config.Labels.Count, model.Config.Labels.Count).ToArray();
                solutions.Add(round, rounds[round].Solution?.Of(i));
            }

            changes[round] += rounds[round].RelativeChange?.cpu().data<float>().Sum(change => (double)change) ?? 0;
        }
    }

    private RoundMonitor[] Monitors(TextClassifier model, double[] changes)
    {
        var (levels, scale) = (objective.LevelsOf(model.MaxRounds), model.FeedbackScaleRms);
        return [.. changes.Select((change, round) => round == 0 || scale is null
            ? new RoundMonitor(null, null, levels?[round])
            : new RoundMonitor(change / Math.Max(1, examples.Count), scale, levels?[round]))];
    }

    // Over all texts at once: with class weights, the mean of batches is not the mean of their texts.
    private double[] Losses(float[][][] logits, int labelCount)
    {
        using var scope = NewDisposeScope();
        var targets = objective.Targets([.. examples.Select(example => example.Labels)], labelCount, device);
        Tensor[] rounds = [.. logits.Select(round => tensor([.. round.SelectMany(row => row)], [examples.Count, labelCount], device: device))];
        return [.. objective.Losses(rounds, targets).Select(loss => (double)loss.item<float>())];
    }
}
