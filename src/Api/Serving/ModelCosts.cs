using System.Runtime.CompilerServices;
using FeedbackService.Model.Inference;

namespace FeedbackService.Api.Serving;

/// <summary>What models cost, each for as long as it is loaded. Thread-safe.</summary>
internal sealed class ModelCosts
{
    private readonly ConditionalWeakTable<Predictor, ModelCost> _costs = [];

    /// <summary>That of a loaded model.</summary>
    public ModelCost Of(Predictor predictor) => _costs.GetOrCreateValue(predictor);
}
