using System.Globalization;
using FeedbackService.Api.Files;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Options;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Looks for what a training would go through with and its owner should know beforehand.</summary>
internal sealed class TrainingWarnings(FileComparison comparison)
{
    private const int Shown = 10;
    private const double MuchTruncated = 0.05;

    /// <summary>The warnings, in a fixed order.</summary>
    /// <param name="training">The training file.</param>
    /// <param name="validation">The validation file; null when a part is split off.</param>
    /// <param name="start">What the training starts from.</param>
    /// <param name="options">Effective options.</param>
    /// <param name="method">What it is trained for: without labels nothing is said of labels.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public async Task<IReadOnlyList<TrainingWarning>> FindAsync(
        FileRow training, FileRow? validation, TrainingBase start, TrainingOptions options, TrainingMethods method, CancellationToken cancellationToken)
    {
        var report = FileCheck.ReportFromJson(training.ReportJson);
        var labelled = method == TrainingMethods.Supervised;
        var overlap = validation is null ? null : await comparison.CompareAsync(validation, training, cancellationToken);
        return
        [
            .. labelled ? OfLabels(report, start) : [],
            .. labelled ? OfConflicts(training, report) : [],
            .. OfLengths(report, start, options),
            .. overlap is null ? [] : OfLeakage(training, validation!, overlap),
            .. overlap is null || !labelled ? [] : OfValidationLabels(overlap),
        ];
    }

    private static IEnumerable<TrainingWarning> OfLabels(ValidationReport report, TrainingBase start)
    {
        if (start.Labels is not { } known || known.ToHashSet(StringComparer.Ordinal).SetEquals(report.Labels.Keys))
        {
            yield break;
        }

        string[] gone = [.. known.Except(report.Labels.Keys, StringComparer.Ordinal)];
        string[] added = [.. report.Labels.Keys.Except(known, StringComparer.Ordinal)];
        yield return new TrainingWarning(
            "labels_differ_from_base",
            $"The labels of the training file are not those of '{start.Address}': {Listed("missing", gone)}{(gone.Length > 0 && added.Length > 0 ? "; " : "")}{Listed("new", added)}. "
            + "The result knows the file's labels only, and what the base has learned of its labels starts anew. To keep it, train on a file with examples of every label of the base.");
    }

    private static IEnumerable<TrainingWarning> OfConflicts(FileRow training, ValidationReport report)
    {
        if (report.Conflicts > 0)
        {
            yield return new TrainingWarning(
                "conflicting_labels",
                $"Rows of the training file that repeat an earlier text with other labels: {report.Conflicts}. GET /v1/files/{training.Id}/validation names them.");
        }
    }

    private static IEnumerable<TrainingWarning> OfLengths(ValidationReport report, TrainingBase start, TrainingOptions options)
    {
        if (ModelShape.ReadsWordPieces(options, start.Preset.Encoder)
            && report.Truncation.FirstOrDefault(share => share.MaxTokens >= options.Data.MaxTokens) is { Share: > MuchTruncated } cut)
        {
            yield return new TrainingWarning(
                "texts_truncated",
                $"About {Percent(cut.Share)} of the texts, or more, are longer than max_tokens = {options.Data.MaxTokens} and are cut. Raise max_tokens, or put what matters first.");
        }
    }

    private static IEnumerable<TrainingWarning> OfLeakage(FileRow training, FileRow validation, FileOverlap overlap)
    {
        if (overlap.Leakage is { Rows: > 0 } leakage)
        {
            var lines = string.Join(", ", leakage.Examples.Take(3).Select(row => $"line {row.Line} (line {row.OtherLine} there)"));
            yield return new TrainingWarning(
                "validation_leakage",
                $"The training file holds {FileSummary.Count(leakage.Rows, "text")} of the validation file ({Percent(leakage.Share)}), first {lines}: the scores will be better than the model. "
                + $"Remove them from one of the files; GET /v1/files/{validation.Id}/validation?against={training.Id} shows them.");
        }
    }

    private static IEnumerable<TrainingWarning> OfValidationLabels(FileOverlap overlap)
    {
        if (overlap.LabelsOnlyHere.Count > 0)
        {
            yield return new TrainingWarning(
                "validation_labels_unknown", $"The validation file has labels that the training file lacks, and its rows with them are left out: {Names(overlap.LabelsOnlyHere)}.");
        }

        if (overlap.LabelsOnlyThere.Count > 0)
        {
            yield return new TrainingWarning(
                "validation_labels_missing", $"The validation file has no example of these labels of the training file, so nothing will be known of how well they do: {Names(overlap.LabelsOnlyThere)}.");
        }
    }

    private static string Listed(string what, string[] labels) => labels.Length == 0 ? "" : $"{what}: {Names(labels)}";

    private static string Names(IReadOnlyCollection<string> labels) =>
        string.Join(", ", labels.Take(Shown)) + (labels.Count > Shown ? $" and {labels.Count - Shown} more" : "");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##} %");
}
