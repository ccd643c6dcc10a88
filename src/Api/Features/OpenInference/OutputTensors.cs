using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>Makes the outputs of a classification: label, score, scores and logits.</summary>
internal sealed class OutputTensors(ClassifiedTexts texts)
{
    private const string Label = "label";
    private const string Score = "score";
    private const string Scores = "scores";
    private const string Logits = "logits";
    private readonly LabelRanking _ranking = new(texts.Config, texts.Calibration);

    /// <summary>All outputs, which are also given when a request names none.</summary>
    public static IReadOnlyList<string> Names { get; } = [Label, Score, Scores, Logits];

    /// <summary>Whether an output has one value per label of the model, or one per text.</summary>
    public static bool IsPerLabel(string name) => name is Scores or Logits;

    /// <summary>FP32 or BYTES.</summary>
    public static string DatatypeOf(string name) => name == Label ? TextTensor.Datatype : "FP32";

    /// <summary>Checks the names of outputs before anything is computed.</summary>
    /// <exception cref="ServiceException">400 for a name that is no output.</exception>
    public static void Require(IReadOnlyList<RequestedOutput> outputs)
    {
        if (outputs.FirstOrDefault(output => !Names.Contains(output.Name)) is { } unknown)
        {
            throw ServiceException.Invalid(
                "unknown_output", $"There is no output '{unknown.Name}'; there are {string.Join(", ", Names)}.", "outputs");
        }
    }

    /// <summary>One tensor.</summary>
    public OutputTensor Make(RequestedOutput output) => output switch
    {
        { Classification: { } count } => Classify(output.Name, Math.Min(count, texts.Config.Labels.Count)),
        { Name: Label } => new OutputTensor(Label, [texts.Items.Count], null, [.. Predictions.Select(prediction => Best(prediction).Label)]),
        { Name: Score } => new OutputTensor(Score, [texts.Items.Count], [.. Predictions.Select(prediction => Best(prediction).Score)], null),
        _ => new OutputTensor(output.Name, [texts.Items.Count, texts.Config.Labels.Count], [.. Predictions.SelectMany(prediction => Values(output.Name, prediction))], null),
    };

    private IEnumerable<Prediction> Predictions => texts.Items.Select(item => item.Prediction!);

    private OutputTensor Classify(string name, int count) => new(
        name,
        [texts.Items.Count, count],
        null,
        [
            .. Predictions.SelectMany(prediction =>
            {
                var values = Values(name, prediction);
                return LabelRanking.BestFirst(prediction.Logits).Take(count)
                    .Select(label => string.Create(CultureInfo.InvariantCulture, $"{values[label]}:{label}:{texts.Config.Labels[label]}"));
            }),
        ]);

    // A label is decided by the logits, so they are the values that classification shows of it.
    private float[] Values(string name, Prediction prediction) =>
        _ranking.Scores(prediction, name is Logits or Label ? ScoreFunction.None : null);

    private LabelScore Best(Prediction prediction) => _ranking.Rank(prediction, null, 1)[0];
}
