using FeedbackService.Model.Classification;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>Reads out of a round what it did with each text. Tensors belong to the current dispose scope.</summary>
internal static class RoundTraces
{
    public static RoundTrace[] Of(RoundState state)
    {
        var attention = MeanPerToken(state.Step?.Attention);
        var kept = MeanPerToken(state.Step?.Kept);
        return [.. state.Rounds.Select((round, text) => new RoundTrace(
            Of(attention, state, round, text),
            Of(kept, state, round, text)?.Average(value => (double)value),
            state.States.Solution?.Of(text)))];
    }

    // Texts in a feedback round come first, so their rows are the same with and without those that have joined.
    private static float[]? Of(float[]? perToken, RoundState state, int round, int text) => perToken is null || round == 0
        ? null
        : perToken.AsSpan(state.States.Layout.Offsets[text], state.States.Layout.Lengths[text]).ToArray();

    /// <summary>Mean over heads or features. [N, X] to N numbers.</summary>
    private static float[]? MeanPerToken(Tensor? values) => values?.mean([1]).to(float32).cpu().data<float>().ToArray();
}
