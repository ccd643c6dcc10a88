using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving.Providers;

/// <summary>A model in memory.</summary>
/// <param name="Predictor">What predicts with it.</param>
/// <param name="Provider">What computes it; never <see cref="ServingProvider.Auto"/>.</param>
/// <param name="GiveBack">Lets go of the base of an adapter, to be called after the predictor was disposed; null for a complete model.</param>
internal sealed record LoadedModel(Predictor Predictor, ServingProvider Provider, Action? GiveBack);
