namespace FeedbackService.Model.Onnx;

/// <summary>Texts that are padded throughout.</summary>
internal sealed class OnnxPaddedTexts(OnnxGraph graph) : OnnxTexts(graph)
{
    /// <inheritdoc/>
    public override IReadOnlyList<object> RowShape { get; } = ["batch", "tokens"];

    /// <inheritdoc/>
    public override string Pad(string rows) => rows;

    /// <inheritdoc/>
    public override string PadNumbers(string numbers) => numbers;

    /// <inheritdoc/>
    public override string UnpadNumbers(string padded) => padded;

    /// <inheritdoc/>
    public override string Unpad(string padded) => padded;

    /// <inheritdoc/>
    public override string Spread(string perText) => Graph.Node("Unsqueeze", perText, Graph.Integers(1));
}
