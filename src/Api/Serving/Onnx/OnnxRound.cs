namespace FeedbackService.Api.Serving.Onnx;

/// <summary>Where texts stand.</summary>
/// <param name="Lengths">Tokens per text.</param>
/// <param name="Rounds">The round each has taken, 0 for the plain pass.</param>
/// <param name="Logits">What it said, L numbers each.</param>
internal sealed record OnnxRound(IReadOnlyList<int> Lengths, IReadOnlyList<int> Rounds, IReadOnlyList<float[]> Logits)
{
    /// <summary>No texts.</summary>
    public static OnnxRound Empty { get; } = new([], [], []);

    /// <summary>Some of the texts. <paramref name="texts"/>: ascending indices.</summary>
    public OnnxRound Select(IReadOnlyList<int> texts) =>
        new([.. texts.Select(text => Lengths[text])], [.. texts.Select(text => Rounds[text])], [.. texts.Select(text => Logits[text])]);
}
