using System.Globalization;
using System.Text;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Training.Datasets;

/// <summary>Makes a row of the values found for it, or says what they lack. One for all kinds of files.</summary>
internal sealed class RowAssembler(ColumnMapping mapping, DatasetLimits limits)
{
    private const string EmptyListMessage =
        "The list of labels is empty, which means 'none of them' only where rows carry several labels; call the key 'labels' if that is meant, or write a label.";

    private static readonly IReadOnlyList<DatasetIssue> None = [];

    /// <summary>Checks the values of a row that was taken apart without a fault.</summary>
    /// <param name="line">1-based line on which the row begins.</param>
    /// <param name="text">The text; null when the row has none.</param>
    /// <param name="pair">The second text; null when the row has none.</param>
    /// <param name="labels">The labels as written; null or empty when the row has none.</param>
    /// <param name="saysNone">The row says that none of the labels fits it, which is not the same as saying nothing.</param>
    /// <param name="warning">A warning that goes with the row; null for none.</param>
    public DatasetRow Assemble(long line, string? text, string? pair, IReadOnlyList<string>? labels, bool saysNone, DatasetIssue? warning = null)
    {
        var input = new TextInput(text ?? "", pair);
        if (input.IsEmpty || !(IsVisible(text) || IsVisible(pair)))
        {
            string message = text is null ? $"The row has no '{mapping.TextColumn}'; write the text there, or remove the row." : "The text is empty; write one, or remove the row.";
            return Fail(line, mapping.TextColumn, DatasetIssueCodes.TextEmpty, message, warning);
        }

        if (input.Text.Contains('\0') || pair?.Contains('\0') == true)
        {
            string column = input.Text.Contains('\0') ? mapping.TextColumn : mapping.TextPairColumn!;
            return Fail(line, column, DatasetIssueCodes.NulCharacter, "The text holds a NUL character; remove it.", warning);
        }

        string[] trimmed = [];
        if (mapping.LabelColumn is { } labelColumn)
        {
            trimmed = [.. (labels ?? []).Select(label => label.Trim()).Where(label => label.Length > 0).Distinct(StringComparer.Ordinal)];
            if (trimmed.Length == 0 && !saysNone)
            {
                return Fail(line, labelColumn, DatasetIssueCodes.LabelMissing, labels is [] ? EmptyListMessage : "The row has no label; write one, or remove the row.", warning);
            }

            if (trimmed.Length > limits.MaxLabelsPerRow)
            {
                return Fail(line, labelColumn, DatasetIssueCodes.TooManyLabels, $"The row has more than {limits.MaxLabelsPerRow} labels; remove some. Is this the label column?", warning);
            }

            if (trimmed.FirstOrDefault(label => label.Length > limits.MaxLabelCharacters) is { } longest)
            {
                return Fail(
                    line, labelColumn, DatasetIssueCodes.LabelTooLong, $"A label has {longest.Length} characters; the limit is {limits.MaxLabelCharacters}. Is this the label column?", warning);
            }

            if (trimmed.Any(label => label.Contains('\0')))
            {
                return Fail(line, labelColumn, DatasetIssueCodes.NulCharacter, "The label holds a NUL character; remove it.", warning);
            }
        }

        return new DatasetRow(line, new LabeledText(input, trimmed, line), warning is null ? None : [warning]);
    }

    // What the eye cannot see a tokenizer does not find either: spaces of no width, marks of direction, control characters.
    private static bool IsVisible(string? text) => text is not null && text.EnumerateRunes().Any(
        rune => !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control));

    /// <summary>A row that is lost, with the reason.</summary>
    public static DatasetRow Fail(long line, string? column, string code, string message, DatasetIssue? warning = null)
    {
        var error = new DatasetIssue(IssueSeverity.Error, line, column, code, message);
        return new DatasetRow(line, null, warning is null ? [error] : [warning, error]);
    }
}
