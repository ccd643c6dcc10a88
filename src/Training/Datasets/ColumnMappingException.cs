namespace FeedbackService.Training.Datasets;

/// <summary>It is not clear which column holds the texts or the labels.</summary>
public sealed class ColumnMappingException : Exception
{
    /// <summary>Code of a column that was asked for by name and is not there.</summary>
    public const string ColumnMissing = "column_missing";

    /// <summary>Code of a file in which no column has a name usual for texts.</summary>
    public const string NoTextColumn = "no_text_column";

    /// <summary>Code of a file in which several columns could be meant.</summary>
    public const string Ambiguous = "column_ambiguous";

    /// <summary>Creates the exception.</summary>
    /// <param name="code">One of this class's codes.</param>
    /// <param name="parameter">The option that would settle it: <c>text_column</c>, <c>text_pair_column</c> or <c>label_column</c>.</param>
    /// <param name="message">What is unclear, which columns there are, what to do.</param>
    public ColumnMappingException(string code, string parameter, string message)
        : base(message) => (Code, Parameter) = (code, parameter);

    /// <summary>Columns there are; for JSON lines the keys of the first lines.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Stable code, one of this class's constants.</summary>
    public string Code { get; }

    /// <summary>The option that would settle it.</summary>
    public string Parameter { get; }
}
