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
    private const int UnderWay = 64;

    /// <summary>Runs over tokenized texts as the queue does: so many are under way, and where some have settled after a round, others take their places.</summary>
    /// <param name="predictor">The model.</param>
    /// <param name="texts">From its own tokenizer.</param>
    /// <param name="options">For every text.</param>
    /// <param name="byLength">Short texts come first; else they come as they are.</param>
    public static PredictorPass Run(Predictor predictor, IReadOnlyList<TokenizedText> texts, PredictionOptions options, bool byLength)
    {
        var (labels, rounds) = (new string[texts.Count], 0L);
        IEnumerable<int> order = Enumerable.Range(0, texts.Count);
        var waiting = new Queue<int>(byLength ? order.OrderBy(text => texts[text].Ids.Length) : order);
        using var run = predictor.Start<int>();
        var began = Stopwatch.GetTimestamp();
        while (run.Count + waiting.Count > 0)
        {
            var joining = Enumerable.Range(0, Math.Min(UnderWay - run.Count, waiting.Count)).Select(_ => waiting.Dequeue()).Select(text => (text, texts[text], options)).ToList();
            if (joining.Count > 0)
            {
                run.Add(joining);
            }

            foreach (var (text, prediction) in run.Advance())
            {
                labels[text] = predictor.Config.Labels[Array.IndexOf(prediction.Probabilities, prediction.Probabilities.Max())];
                rounds += prediction.Rounds;
            }
        }

        return new PredictorPass(labels, (double)rounds / texts.Count, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}
