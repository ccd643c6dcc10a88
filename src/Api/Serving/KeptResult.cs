using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>What is kept of a text that was answered: everything that its answer needs, also when the model is no longer in memory. It holds neither the text nor its tokens.</summary>
/// <param name="Answer">How much was read, and what was said.</param>
/// <param name="Config">Labels and shape of the model.</param>
/// <param name="Calibration">Its temperatures and thresholds.</param>
internal sealed record KeptResult(ClassifiedText Answer, ClassifierConfig Config, Calibration Calibration);
