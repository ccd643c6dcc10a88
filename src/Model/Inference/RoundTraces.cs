using FeedbackService.Model.Classification;
using FeedbackService.Model.Encoders;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>Reads out of a round what it did with each text. Tensors belong to the current dispose scope.</summary>
internal static class RoundTraces
{
    public static RoundTrace[] Of(RoundState state)
    {
        var layout = state.States.Layout;
        var attention = MeanPerToken(state.Step?.Attention);
        var kept = MeanPerToken(state.Step?.Kept);
        return [.. Enumerable.Range(0, layout.Count).Select(text => new RoundTrace(
            attention is null ? null : Of(attention, layout, text).ToArray(),
            kept is null ? null : Of(kept, layout, text).ToArray().Average(value => (double)value),
            state.States.Solution is { } solution ? new SolutionTrace(solution.Sweeps[text], solution.Residuals[text], solution.Kappa) : null))];
    }

    private static ReadOnlySpan<float> Of(float[] perToken, TokenLayout layout, int text) =>
        perToken.AsSpan(layout.Offsets[text], layout.Lengths[text]);

    /// <summary>Mean over heads or features. [N, X] to N numbers.</summary>
    private static float[]? MeanPerToken(Tensor? values) => values?.mean([1]).to(float32).cpu().data<float>().ToArray();
}
