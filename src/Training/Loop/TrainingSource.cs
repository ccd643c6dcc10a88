using FeedbackService.Model.Checkpoints;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;
using FeedbackService.Training.Progress;

namespace FeedbackService.Training.Loop;

/// <summary>The usable rows of the files of a plan, checked before any tensor exists.</summary>
internal sealed class TrainingSource
{
    private const int ShownLabels = 10;

    private TrainingSource(IReadOnlyList<LabeledText> rows, IReadOnlyList<LabeledText>? validationRows, IReadOnlyList<string> labels, bool multiLabel, string trainingHash, string? validationHash)
    {
        Rows = rows;
        ValidationRows = validationRows;
        Labels = labels;
        HasPairs = rows.Any(row => !string.IsNullOrEmpty(row.Input.TextPair));
        Facts = new DataFacts(
            rows.Count,
            labels.Count,
            multiLabel,
            validationRows is not null,
            rows.Average(row => row.Input.Text.Length + (row.Input.TextPair?.Length ?? 0.0)),
            labels);
        TrainingHash = trainingHash;
        ValidationHash = validationHash;
    }

    /// <summary>Rows of the training file.</summary>
    public IReadOnlyList<LabeledText> Rows { get; }

    /// <summary>Rows of the validation file, of labelled ones those with labels that the training file knows; null without a file.</summary>
    public IReadOnlyList<LabeledText>? ValidationRows { get; }

    /// <summary>Distinct labels of the training file in ordinal order; none in pre-training.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Some row of the training file has a second text.</summary>
    public bool HasPairs { get; }

    /// <summary>What the rules behind "auto" may know.</summary>
    public DataFacts Facts { get; }

    /// <summary>SHA-256 of the training file, lower-case hex.</summary>
    public string TrainingHash { get; }

    /// <summary>SHA-256 of the validation file, lower-case hex; null without a file.</summary>
    public string? ValidationHash { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="TrainingDataException">They cannot be trained on as asked.</exception>
    /// <exception cref="UnreadableDatasetException">A file is no data set at all.</exception>
    /// <exception cref="ColumnMappingException">It is not clear which columns are meant.</exception>
    public static TrainingSource Read(TrainingPlan plan, Action<TrainingProgress> report, CancellationToken cancellation) =>
        plan.Method == TrainingMethods.MaskedLanguageModeling ? ReadTexts(plan, report, cancellation) : ReadLabelled(plan, report, cancellation);

    private static TrainingSource ReadTexts(TrainingPlan plan, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        var (rows, _) = ReadFile(plan.TrainingFile, plan.Columns with { IgnoreLabels = true }, "training", report, cancellation);
        var validation = plan.ValidationFile is null ? null : ReadFile(plan.ValidationFile, plan.ValidationColumns with { IgnoreLabels = true }, "validation", report, cancellation).Rows;
        return rows.Count == 0 ? throw new TrainingDataException(TrainingDataException.NoRows, "The training file has no usable row.")
            : validation is { Count: 0 } ? throw new TrainingDataException(TrainingDataException.ValidationUnusable, "The validation file has no usable row.", "validation_file")
            : new TrainingSource(rows, validation, [], multiLabel: false, FileHash.Of(plan.TrainingFile), plan.ValidationFile is null ? null : FileHash.Of(plan.ValidationFile));
    }

    private static TrainingSource ReadLabelled(TrainingPlan plan, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        var (rows, multiLabel) = ReadFile(plan.TrainingFile, plan.Columns, "training", report, cancellation);
        if (rows.Count == 0)
        {
            throw new TrainingDataException(TrainingDataException.NoRows, "The training file has no usable row.");
        }

        var labels = rows.SelectMany(row => row.Labels).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (labels.Count == 0)
        {
            throw new TrainingDataException(TrainingDataException.NoLabels, "No row of the training file has a label; name the label column, or use a file that has one.");
        }

        multiLabel |= rows.Any(row => row.Labels.Count != 1);
        if (labels.Count == 1)
        {
            throw new TrainingDataException(TrainingDataException.OneClass, $"Every text of the training file has the label '{labels[0]}'; a classifier needs at least two labels.");
        }

        var validation = plan.ValidationFile is null ? null : ReadValidation(plan, labels, multiLabel, report, cancellation);
        return new TrainingSource(rows, validation, labels, multiLabel, FileHash.Of(plan.TrainingFile), plan.ValidationFile is null ? null : FileHash.Of(plan.ValidationFile));
    }

    private static List<LabeledText> ReadValidation(TrainingPlan plan, List<string> labels, bool multiLabel, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        var (rows, _) = ReadFile(plan.ValidationFile!, plan.ValidationColumns, "validation", report, cancellation);
        var known = labels.ToHashSet(StringComparer.Ordinal);
        var usable = rows.Where(row => (multiLabel || row.Labels.Count > 0) && row.Labels.All(known.Contains)).ToList();
        if (usable.Count == 0)
        {
            throw new TrainingDataException(TrainingDataException.ValidationUnusable, "No row of the validation file has a label of the training file.", "validation_file");
        }

        if (usable.Count < rows.Count)
        {
            string[] unknown = [.. rows.SelectMany(row => row.Labels).Where(label => !known.Contains(label)).Distinct(StringComparer.Ordinal).Take(ShownLabels)];
            report(new ProgressMessage("warn", $"{rows.Count - usable.Count} rows of the validation file have labels that the training file does not know and are left out: {string.Join(", ", unknown)}."));
        }

        return usable;
    }

    private static (List<LabeledText> Rows, bool MultiLabel) ReadFile(string path, ColumnRequest columns, string name, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        using var reader = DatasetReader.Open(path, columns);
        if (!reader.HasLabels && !columns.IgnoreLabels)
        {
            throw new TrainingDataException(TrainingDataException.NoLabels, $"The {name} file has no label column; name it, or use a file that has one.", $"{name}_file");
        }

        var faults = new ErrorCount();
        var rows = reader.ReadTexts(faults, cancellation).ToList();
        if (faults.Errors > 0)
        {
            report(new ProgressMessage("warn", $"{faults.Errors} rows of the {name} file cannot be used and are left out; the validation report of the file lists them."));
        }

        return (rows, reader.IsMultiLabel);
    }

    private sealed class ErrorCount : IValidationIssueSink
    {
        public int Errors { get; private set; }

        public void Add(DatasetIssue issue) => Errors += issue.Severity == IssueSeverity.Error ? 1 : 0;
    }
}
