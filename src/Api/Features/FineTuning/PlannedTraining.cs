using FeedbackService.Api.Jobs;
using FeedbackService.Training.Datasets;
using FeedbackService.Training.Options;
using FeedbackService.Training.Presets;

namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A request that has passed every check: what would be trained.</summary>
/// <param name="Spec">What the job will carry.</param>
/// <param name="Method">What it is trained for.</param>
/// <param name="Options">Effective options.</param>
/// <param name="Encoder">Family of the base.</param>
/// <param name="Facts">Size of the data.</param>
/// <param name="Statistics">What the texts are like.</param>
/// <param name="Warnings">What speaks against a good result without forbidding it.</param>
internal sealed record PlannedTraining(
    TrainingSpec Spec,
    TrainingMethods Method,
    TrainingOptions Options,
    EncoderFamilies Encoder,
    DataFacts Facts,
    DatasetStatistics Statistics,
    IReadOnlyList<TrainingWarning> Warnings);
