using FeedbackService.Api.Serving.Providers;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>What texts of a request are asked of which artifact. A text that is equal on equal terms has the same answer.</summary>
/// <param name="ManifestSha256">Hash of the artifact's manifest.</param>
/// <param name="Provider">What computes it: answers of two are nearly the same, not quite.</param>
/// <param name="Options">How far to go, and what is reported.</param>
/// <param name="Truncate">False leaves a text over the model's limit without a prediction.</param>
/// <param name="Priority">Who waits. Part of the terms, so that nobody who holds a connection open waits for background work.</param>
internal sealed record TextTerms(string ManifestSha256, ServingProvider Provider, PredictionOptions Options, bool Truncate, WorkPriority Priority);
