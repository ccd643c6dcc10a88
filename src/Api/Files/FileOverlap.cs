using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Files;

/// <summary>What two files have in common and what not.</summary>
/// <param name="Leakage">Texts of the file looked at that stand in the other too.</param>
/// <param name="LabelsOnlyHere">Labels of the file looked at that the other lacks.</param>
/// <param name="LabelsOnlyThere">Labels of the other that the file looked at lacks.</param>
internal sealed record FileOverlap(DatasetLeakage Leakage, IReadOnlyList<string> LabelsOnlyHere, IReadOnlyList<string> LabelsOnlyThere);
