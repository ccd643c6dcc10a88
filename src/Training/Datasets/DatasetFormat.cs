namespace FeedbackService.Training.Datasets;

/// <summary>What a file was recognised as.</summary>
/// <param name="Kind">Kind of the file.</param>
/// <param name="Delimiter">Separator between fields; 0 for JSON lines.</param>
/// <param name="HasByteOrderMark">Whether the file begins with a UTF-8 byte order mark, which is skipped.</param>
internal sealed record DatasetFormat(DatasetKind Kind, byte Delimiter, bool HasByteOrderMark);
