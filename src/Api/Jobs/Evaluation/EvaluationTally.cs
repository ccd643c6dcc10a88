using FeedbackService.Api.Serving;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Metrics;

namespace FeedbackService.Api.Jobs.Evaluation;

/// <summary>Holds answers against the truth. Rows that cannot be right by their form, as with labels the model does not know, are left out and counted.</summary>
internal sealed class EvaluationTally
{
    private const double DefaultThreshold = 0.5;
    private const int MaxUnknownLabels = 1_000;

    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unknown = new(StringComparer.Ordinal);
    private readonly GradeErrors _grades = new();
    private IEvaluationAccumulator? _sum;
    private GradeScale? _scale;
    private long _otherForm;
    private long _unreadable;
    private long _leftOut;

    /// <summary>Rows left out, and why.</summary>
    public LeftOutRows LeftOut => new(
        _leftOut,
        new OrderedDictionary<string, long>(
            _unknown.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal), StringComparer.Ordinal),
        _otherForm,
        _unreadable);

    /// <summary>Rows counted.</summary>
    public int Counted { get; private set; }

    /// <summary>The figures so far.</summary>
    /// <exception cref="InvalidOperationException">No row was added yet.</exception>
    public EvaluationReport Report => _sum is { } sum ? WithGrades(sum.ToReport()) with { LeftOut = LeftOut } : throw new InvalidOperationException("Nothing has been evaluated.");

    /// <summary>Counts one row.</summary>
    /// <param name="row">The truth.</param>
    /// <param name="answer">With its trace.</param>
    /// <param name="config">Of the model; the same for all rows.</param>
    /// <param name="calibration">Of the model; the same for all rows.</param>
    /// <returns>Its line for the file of predictions; null when it was left out.</returns>
    public EvaluationPrediction? Add(LabeledText row, ClassifiedText answer, ClassifierConfig config, Calibration calibration)
    {
        _sum ??= Create(config, calibration);
        if (answer.Prediction is not { } prediction || !IsComparable(row, config))
        {
            _unreadable += answer.Prediction is null ? 1 : 0;
            _leftOut++;
            return null;
        }
        _sum.Add([.. prediction.Trace!.Select(round => round.Probabilities)], [.. row.Labels.Select(label => _indexOf[label])]);
        if (_scale is not null)
        {
            _grades.Add(_scale.GradeOf(prediction.Logits), _scale.Grades[_indexOf[row.Labels[0]]]);
        }
        Counted++;
        // Ties go to the lowest index, as everywhere in the service.
        var best = Array.IndexOf(prediction.Probabilities, prediction.Probabilities.Max());
        string[] predicted = config.Head != HeadKind.MultiLabel
            ? [config.Labels[best]]
            : [.. config.Labels.Where((_, label) => prediction.Probabilities[label] >= (calibration.Thresholds?[label] ?? DefaultThreshold))];
        return new EvaluationPrediction(row.Line, row.Input.Text, row.Input.TextPair, row.Labels, predicted, prediction.Probabilities[best]);
    }

    private EvaluationReport WithGrades(EvaluationReport report) => _scale is null ? report : _grades.AddTo(report);

    private bool IsComparable(LabeledText row, ClassifierConfig config)
    {
        string[] unknown = [.. row.Labels.Where(label => !_indexOf.ContainsKey(label))];
        foreach (var label in unknown.Where(label => _unknown.Count < MaxUnknownLabels || _unknown.ContainsKey(label)))
        {
            _unknown[label] = _unknown.GetValueOrDefault(label) + 1;
        }

        var fits = config.Head == HeadKind.MultiLabel || row.Labels.Count == 1;
        _otherForm += fits ? 0 : 1;
        return fits && unknown.Length == 0;
    }

    /// <summary>Whether the row can be right at all: the model has answered and knows its labels.</summary>
    /// <param name="row">The truth.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="config">Of the model.</param>
    public static bool CanCount(LabeledText row, ClassifiedText answer, ClassifierConfig config) =>
        answer.Prediction is not null && row.Labels.All(config.Labels.Contains) && (config.Head == HeadKind.MultiLabel || row.Labels.Count == 1);

    private IEvaluationAccumulator Create(ClassifierConfig config, Calibration calibration)
    {
        foreach (var (index, label) in config.Labels.Index())
        {
            _indexOf[label] = index;
        }
        var rounds = config.Feedback?.Rounds ?? 0;
        if (config.Head == HeadKind.Graded)
        {
            _scale = GradeScale.Of(config.Labels);
        }
        return config.Head == HeadKind.MultiLabel
            ? EvaluationAccumulator.MultiLabel(config.Labels, rounds, calibration.Thresholds)
            : EvaluationAccumulator.SingleLabel(config.Labels, rounds);
    }
}
