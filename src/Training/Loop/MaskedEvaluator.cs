using FeedbackService.Model.LanguageModeling;
using FeedbackService.Training.Masking;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Lets a model guess the hidden tokens of a held-out part, without dropout and gradients.</summary>
internal sealed class MaskedEvaluator(IReadOnlyList<MaskedText> texts, int batchSize, Device device)
{
    /// <summary>Figures over all hidden tokens; the same for the same weights whatever the batches, but for rounding.</summary>
    /// <param name="model">Put into evaluation mode, and back into the mode it was in.</param>
    public MaskedScores Run(MaskedLanguageModel model)
    {
        var (loss, right, count) = (0.0, 0L, 0L);
        var wasTraining = model.training;
        model.eval();
        try
        {
            // Texts of like length side by side: least padding.
            foreach (var batch in texts.OrderBy(text => text.Tokens.Ids.Length).Chunk(batchSize))
            {
                using var scope = NewDisposeScope();
                using var noGradient = no_grad();
                var masked = MaskedBatch.Of(batch);
                var logits = model.Forward(masked.Tokens, masked.Places, device); // [M, V]
                var truths = tensor(masked.Truths, device: device);
                loss += nn.functional.cross_entropy(logits, truths, reduction: nn.Reduction.Sum).item<float>();
                right += logits.argmax(1).eq(truths).sum().item<long>();
                count += masked.Truths.Length;
            }
        }
        finally
        {
            model.train(wasTraining);
        }

        return new MaskedScores(loss / count, (double)right / count, count);
    }
}
