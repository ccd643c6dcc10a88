using System.Text.Json.Nodes;

namespace FeedbackService.Training.Progress;

/// <summary>The model is trained and its artifact complete on disk.</summary>
/// <param name="Directory">Full path of the artifact's folder.</param>
/// <param name="Step">Steps taken.</param>
/// <param name="BestStep">Step whose weights were kept.</param>
/// <param name="StoppedEarly">Early stopping ended the training.</param>
/// <param name="TrainedTokens">Tokens read in all steps.</param>
/// <param name="Report">Evaluation report of the validation part; null without one.</param>
public sealed record TrainingFinished(
    string Directory,
    long Step,
    long BestStep,
    bool StoppedEarly,
    long TrainedTokens,
    JsonObject? Report) : TrainingProgress;
