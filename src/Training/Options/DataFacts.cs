namespace FeedbackService.Training.Options;

/// <summary>What the rules behind <c>"auto"</c> may know of the data before a training starts.</summary>
/// <param name="Rows">Usable rows of the training file.</param>
/// <param name="Classes">Distinct labels.</param>
/// <param name="MultiLabel">Some row has no label or more than one.</param>
/// <param name="HasValidationFile">A validation file comes along, so nothing is split off.</param>
/// <param name="MeanCharacters">Mean length of a text (with its pair) in UTF-16 code units; 0 when unknown.</param>
/// <param name="Labels">Names of the labels; null when unknown.</param>
/// <param name="RowsWithoutOneLabel">Usable rows of the training file that have no label or more than one.</param>
public sealed record DataFacts(
    int Rows, int Classes, bool MultiLabel = false, bool HasValidationFile = false, double MeanCharacters = 0, IReadOnlyCollection<string>? Labels = null,
    long RowsWithoutOneLabel = 0)
{
    /// <summary>What the data are for.</summary>
    public TrainingMethods Method { get; init; } = TrainingMethods.Supervised;
}
