namespace FeedbackService.Api.Jobs;

/// <summary>What an evaluation said of one text.</summary>
/// <param name="Line">Line of the file on which the row begins.</param>
/// <param name="Text">The text.</param>
/// <param name="TextPair">The second text; null when there is none.</param>
/// <param name="True">Labels of the file.</param>
/// <param name="Predicted">Labels of the model.</param>
/// <param name="Score">Probability of the best label.</param>
public sealed record EvaluationPrediction(
    long Line, string Text, string? TextPair, IReadOnlyList<string> True, IReadOnlyList<string> Predicted, double Score)
{
    /// <summary>Always <c>evaluation.prediction</c>.</summary>
    public string Object => "evaluation.prediction";
}
