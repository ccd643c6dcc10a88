using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Scores and order of a model's labels: the one place that every dialect takes them from.</summary>
internal sealed class LabelRanking(ClassifierConfig config, Calibration calibration)
{
    /// <summary>Label indices by falling value; a stable sort keeps ties in label order.</summary>
    public static int[] BestFirst(float[] values) => [.. Enumerable.Range(0, values.Length).OrderByDescending(label => values[label])];

    /// <summary>Every text's labels with their scores, best first.</summary>
    /// <param name="texts">All answered.</param>
    /// <param name="function">Null for the model's own.</param>
    /// <param name="topK">Labels wanted, 1 or more; null for all.</param>
    public static LabelScore[][] Rank(ClassifiedTexts texts, ScoreFunction? function, int? topK)
    {
        var ranking = new LabelRanking(texts.Config, texts.Calibration);
        return [.. texts.Items.Select(item => ranking.Rank(item.Prediction!, function, topK))];
    }

    /// <summary>One score per label, in label order.</summary>
    /// <param name="prediction">Of a text.</param>
    /// <param name="function">Null for the model's own: softmax with one label per text, sigmoid with several.</param>
    public float[] Scores(Prediction prediction, ScoreFunction? function) => function switch
    {
        ScoreFunction.None => prediction.Logits,
        ScoreFunction.Softmax => Probabilities(prediction, HeadKind.SingleLabel),
        ScoreFunction.Sigmoid => Probabilities(prediction, HeadKind.MultiLabel),
        _ => prediction.Probabilities,
    };

    /// <summary>Labels with their scores, best first.</summary>
    /// <param name="prediction">Of a text.</param>
    /// <param name="function">Null for the model's own.</param>
    /// <param name="topK">Labels wanted, 1 or more; null for all.</param>
    public LabelScore[] Rank(Prediction prediction, ScoreFunction? function, int? topK)
    {
        var scores = Scores(prediction, function);
        return [.. BestFirst(prediction.Logits).Take(topK ?? scores.Length).Select(label => new LabelScore(config.Labels[label], scores[label]))];
    }

    private float[] Probabilities(Prediction prediction, HeadKind function) =>
        LabelProbabilities.Of(prediction.Logits, function, calibration.TemperatureOf(prediction.Rounds));
}
