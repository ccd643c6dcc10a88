using static TorchSharp.torch;

namespace FeedbackService.Model.Feedback;

/// <summary>Puts other texts' predictions in the place of some texts' own, so that a loop meets mistakes to correct.</summary>
internal static class WrongPredictions
{
    /// <summary>Mixes up the predictions of a batch; a batch of one text stays as it is.</summary>
    /// <remarks>
    /// Drawn from torch's generator of the CPU whatever the device. What is put in passes no gradient: a text's loss has nothing
    /// to say about the prediction for another.
    /// </remarks>
    /// <param name="predictions">One per text. [B, L] float.</param>
    /// <param name="probability">Share of the texts that get another one's, each of the other B − 1 as likely. [0, 1).</param>
    /// <returns>[B, L] float, in the current dispose scope.</returns>
    public static Tensor Mix(Tensor predictions, double probability)
    {
        var texts = predictions.size(0);
        if (texts < 2)
        {
            return predictions.alias();
        }

        using var scope = NewDisposeScope();
        var distances = randint(1, texts, [texts], device: CPU).data<long>().ToArray();
        var wrong = rand([texts], device: CPU).data<float>().Select(draw => draw < probability).ToArray();
        long[] others = [.. distances.Select((distance, text) => (text + distance) % texts)];
        var put = predictions.detach().index_select(0, tensor(others, device: predictions.device)); // [B, L]
        return where(tensor(wrong, [texts, 1], device: predictions.device), put, predictions).MoveToOuterDisposeScope();
    }
}
