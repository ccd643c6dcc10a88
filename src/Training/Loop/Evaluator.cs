using FeedbackService.Model.Classification;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Runs a classifier over a held-out part, all rounds, without dropout and gradients.</summary>
internal sealed class Evaluator(IReadOnlyList<EncodedExample> examples, ClassificationObjective objective, int batchSize, Device device)
{
    /// <summary>Logits and losses of every round.</summary>
    /// <param name="model">Put into evaluation mode, and back into the mode it was in.</param>
    public EvaluationPass Run(TextClassifier model)
    {
        var logits = Enumerable.Range(0, model.MaxRounds + 1).Select(_ => new float[examples.Count][]).ToArray();
        var losses = new double[logits.Length];
        var wasTraining = model.training;
        model.eval();
        try
        {
            // Texts of like length side by side: least padding where attention needs a rectangle.
            foreach (var batch in Enumerable.Range(0, examples.Count).OrderBy(index => examples[index].Tokens.Ids.Length).Chunk(batchSize))
            {
                RunBatch(model, batch, logits, losses);
            }
        }
        finally
        {
            model.train(wasTraining);
        }

        return new EvaluationPass(logits, [.. losses.Select(loss => loss / examples.Count)]);
    }

    private void RunBatch(TextClassifier model, int[] batch, float[][][] logits, double[] losses)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rounds = model.Forward(PackedTokens.Pack([.. batch.Select(index => examples[index].Tokens)]), device, model.MaxRounds);
        var targets = objective.Targets([.. batch.Select(index => examples[index].Labels)], model.Config.Labels.Count, device);
        for (var round = 0; round < rounds.Count; round++)
        {
            losses[round] += objective.Loss(rounds[round], targets).item<float>() * batch.Length;
            var values = rounds[round].cpu().data<float>().ToArray();
            for (var i = 0; i < batch.Length; i++)
            {
                logits[round][batch[i]] = values.AsSpan(i * model.Config.Labels.Count, model.Config.Labels.Count).ToArray();
            }
        }
    }
}
