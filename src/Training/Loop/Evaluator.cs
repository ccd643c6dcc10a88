using FeedbackService.Model.Classification;
using FeedbackService.Model.Tokenization;
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
        var wasTraining = model.training;
        model.eval();
        try
        {
            // Texts of like length side by side: least padding where attention needs a rectangle.
            foreach (var batch in Enumerable.Range(0, examples.Count).OrderBy(index => examples[index].Tokens.Ids.Length).Chunk(batchSize))
            {
                RunBatch(model, batch, logits);
            }
        }
        finally
        {
            model.train(wasTraining);
        }

        return new EvaluationPass(logits, Losses(logits, model.Config.Labels.Count));
    }

    private void RunBatch(TextClassifier model, int[] batch, float[][][] logits)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rounds = model.Forward(PackedTokens.Pack([.. batch.Select(index => examples[index].Tokens)]), device, model.MaxRounds);
        for (var round = 0; round < rounds.Count; round++)
        {
            var values = rounds[round].cpu().data<float>().ToArray();
            for (var i = 0; i < batch.Length; i++)
            {
                logits[round][batch[i]] = values.AsSpan(i * model.Config.Labels.Count, model.Config.Labels.Count).ToArray();
            }
        }
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
