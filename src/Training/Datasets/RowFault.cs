namespace FeedbackService.Training.Datasets;

/// <summary>Why a row could not be taken apart.</summary>
/// <param name="Code">One of <see cref="DatasetIssueCodes"/>.</param>
/// <param name="Line">1-based physical line of the trouble itself, which may lie behind the row's first line.</param>
/// <param name="Field">0-based field, -1 when none is to blame.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record RowFault(string Code, long Line, int Field, string Message);
