using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>Answers of one model to several texts, in the order asked.</summary>
/// <param name="Address">The resolved model.</param>
/// <param name="Config">Its labels and shape.</param>
/// <param name="Calibration">Its temperatures and per-label thresholds.</param>
/// <param name="Items">One per text.</param>
public sealed record ClassifiedTexts(string Address, ClassifierConfig Config, Calibration Calibration, IReadOnlyList<ClassifiedText> Items)
{
    /// <summary>Where the time went.</summary>
    public ClassificationTiming Timing { get; init; }
}
