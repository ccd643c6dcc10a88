namespace FeedbackService.Training.Datasets;

/// <summary>What a validated data set can be used for.</summary>
/// <remarks>
/// A single error makes a file useless for training and evaluation: which rows count would otherwise depend on damage nobody decided
/// about. For pre-training and batches every usable text is good.
/// </remarks>
public static class DatasetUsability
{
    /// <summary>Code of a file without a single usable row.</summary>
    public const string NoValidRow = "no_valid_row";

    /// <summary>Code of a file without a label column.</summary>
    public const string NoLabelColumn = "no_label_column";

    /// <summary>Code of a file with fewer than two different labels.</summary>
    public const string TooFewLabels = "too_few_labels";

    /// <summary>Code of a file with errors.</summary>
    public const string HasErrors = "has_errors";

    /// <summary>Why nothing at all can be done with the file; null when its texts can be used for something. A file's status hangs on it.</summary>
    public static UsabilityProblem? ForAnything(ValidationReport report) => report.ValidRows > 0
        ? null
        : new UsabilityProblem(
            NoValidRow, report.Rows == 0 ? "The file has no rows behind the header." : $"None of the {report.Rows} rows can be used; see the validation for each line.");

    /// <summary>Why a classifier cannot be trained on the file; empty when it can.</summary>
    public static IReadOnlyList<UsabilityProblem> ForTraining(ValidationReport report)
    {
        var problems = new List<UsabilityProblem>(ForEvaluation(report));
        if (report is { HasLabels: true, ValidRows: > 0, Labels.Count: < 2 })
        {
            problems.Add(new UsabilityProblem(TooFewLabels, "All rows have the same label; a classifier needs at least two."));
        }

        return problems;
    }

    /// <summary>Why an encoder cannot be pre-trained on the texts; empty when it can.</summary>
    public static IReadOnlyList<UsabilityProblem> ForPretraining(ValidationReport report) => ForAnything(report) is { } nothing ? [nothing] : [];

    /// <summary>Why a classifier cannot be evaluated on the file; empty when it can. One label is enough here.</summary>
    public static IReadOnlyList<UsabilityProblem> ForEvaluation(ValidationReport report)
    {
        var problems = new List<UsabilityProblem>();
        if (ForAnything(report) is { } nothing)
        {
            problems.Add(nothing);
        }

        if (!report.HasLabels)
        {
            problems.Add(new UsabilityProblem(
                NoLabelColumn, "The file has no label column: call one 'label' (or 'labels'), or name it with label_column at upload."));
        }

        if (report.ErrorCount > 0)
        {
            problems.Add(new UsabilityProblem(
                HasErrors, $"The file has {report.ErrorCount} {(report.ErrorCount == 1 ? "error" : "errors")}; correct the lines its validation names and upload it again."));
        }

        return problems;
    }
}
