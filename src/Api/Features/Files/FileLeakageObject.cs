using FeedbackService.Training.Datasets;

namespace FeedbackService.Api.Features.Files;

/// <summary>What a file has in common with another and what not.</summary>
/// <param name="Against">The other file.</param>
/// <param name="Rows">Usable rows of this file whose text stands in the other too; case, width and white space make no difference.</param>
/// <param name="Share">Their share of this file's usable rows, 0 to 1.</param>
/// <param name="Conflicts">Those among them whose labels differ.</param>
/// <param name="Examples">The first 20 of them.</param>
/// <param name="LabelsOnlyHere">Labels that the other file lacks.</param>
/// <param name="LabelsOnlyThere">Labels of the other file that this one lacks.</param>
public sealed record FileLeakageObject(
    string Against,
    long Rows,
    double Share,
    long Conflicts,
    IReadOnlyList<LeakedRow> Examples,
    IReadOnlyList<string> LabelsOnlyHere,
    IReadOnlyList<string> LabelsOnlyThere);
