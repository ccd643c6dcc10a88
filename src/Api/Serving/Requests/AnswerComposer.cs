using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Turns predictions into answers by the rules of the request: order, thresholds, top k, abstention, trace.</summary>
internal sealed class AnswerComposer(ClassifyRequest request, ClassifierConfig config, Calibration calibration)
{
    private const double DefaultThreshold = 0.5;
    private readonly LabelRanking _ranking = new(config, calibration);
    private readonly GradeScale? _scale = config.Head == HeadKind.Graded ? GradeScale.Of(config.Labels) : null;

    /// <summary>Composes the answer of one text.</summary>
    /// <param name="index">Place in the request.</param>
    /// <param name="input">The text.</param>
    /// <param name="reading">How much of it was read.</param>
    /// <param name="prediction">What the model said.</param>
    /// <param name="explanation">By another method; null for the attention in the prediction's trace, if there is any.</param>
    public AnsweredItem Compose(int index, TextInput input, TextReading reading, Prediction prediction, Explanation? explanation = null)
    {
        var order = LabelRanking.BestFirst(prediction.Logits);
        var scores = _ranking.Rank(prediction, request.RawScores ? ScoreFunction.None : null, request.TopK);
        var present = Present(prediction.Probabilities, order);
        return new AnsweredItem(index)
        {
            Label = present.Count > 0 || config.Head == HeadKind.MultiLabel ? scores[0].Label : null,
            Score = scores[0].Score,
            Grade = _scale?.GradeOf(prediction.Logits),
            Labels = config.Head == HeadKind.MultiLabel ? [.. present.Select(label => config.Labels[label])] : null,
            Scores = scores,
            Abstained = present.Count == 0,
            Rounds = prediction.Rounds,
            Exit = prediction.Exit switch
            {
                ExitReason.Settled => "settled",
                ExitReason.MaxRounds => "max_rounds",
                _ => "none",
            },
            Tokens = reading.Length,
            Truncated = reading.Truncated,
            Trace = prediction.Trace is null ? null : [.. prediction.Trace.Select(Report)],
            Explanation = explanation ?? Attention(input, reading, prediction),
        };
    }

    private List<int> Present(float[] probabilities, int[] order) => config.Head switch
    {
        HeadKind.MultiLabel => [.. order.Where(label => probabilities[label] >= (request.Threshold ?? calibration.Thresholds?[label] ?? DefaultThreshold))],
        _ => request.Threshold is { } threshold && probabilities[order[0]] < threshold ? [] : [order[0]],
    };

    private RoundReport Report(PredictionTrace round) => new(
        round.Round,
        [.. LabelRanking.BestFirst(round.Probabilities).Take(request.TopK ?? int.MaxValue).Select(label => new LabelScore(config.Labels[label], round.Probabilities[label]))],
        round.Entropy,
        round.Attention,
        round.GateMean,
        round.Solution?.Sweeps,
        round.Solution?.Residual,
        round.Solution?.Kappa);

    private static Explanation? Attention(TextInput input, TextReading reading, Prediction prediction)
    {
        if (reading.Spans is not { } spans || prediction.Trace?.LastOrDefault(round => round.Attention is not null)?.Attention is not { } weights)
        {
            return null;
        }

        var heaviest = Enumerable.Range(0, spans.Length)
            .Where(token => spans[token].End > spans[token].Start)
            .OrderByDescending(token => weights[token])
            .Select(token => TokenWeight.Of(input, spans[token], weights[token]));
        return new Explanation("feedback_attention", [.. heaviest]);
    }
}
