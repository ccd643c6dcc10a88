using System.Diagnostics;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>Texts classified by the service's own predictor in this process.</summary>
/// <param name="Labels">One per text.</param>
/// <param name="MeanRounds">Feedback rounds a text took.</param>
/// <param name="Seconds">Of the model alone.</param>
internal sealed record PredictorPass(IReadOnlyList<string> Labels, double MeanRounds, double Seconds)
{
    private const int BatchSize = 64;

    /// <summary>Runs over tokenized texts in batches.</summary>
    /// <param name="predictor">The model.</param>
    /// <param name="texts">From its own tokenizer.</param>
    /// <param name="options">For every text.</param>
    /// <param name="byLength">Batches are of similar length; else they are cut as the texts come.</param>
    public static PredictorPass Run(Predictor predictor, IReadOnlyList<TokenizedText> texts, PredictionOptions options, bool byLength)
    {
        var (labels, rounds) = (new string[texts.Count], 0L);
        IEnumerable<int> order = Enumerable.Range(0, texts.Count);
        var began = Stopwatch.GetTimestamp();
        foreach (var batch in (byLength ? order.OrderBy(text => texts[text].Ids.Length) : order).Chunk(BatchSize))
        {
            var predictions = predictor.Predict([.. batch.Select(text => texts[text])], options);
            for (var i = 0; i < batch.Length; i++)
            {
                labels[batch[i]] = predictor.Config.Labels[Array.IndexOf(predictions[i].Probabilities, predictions[i].Probabilities.Max())];
                rounds += predictions[i].Rounds;
            }
        }

        return new PredictorPass(labels, (double)rounds / texts.Count, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
