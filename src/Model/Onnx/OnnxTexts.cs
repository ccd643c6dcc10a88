using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>The texts of a batch in a graph, padded behind their ends.</summary>
/// <param name="Mask">1 at tokens, 0 at padding. [B, T] int64.</param>
/// <param name="Real">The same. [B, T, 1] bool.</param>
/// <param name="Share">The same. [B, T, 1] float.</param>
/// <param name="Count">Tokens per text. [B, 1] float.</param>
internal sealed record OnnxTexts(string Mask, string Real, string Share, string Count)
{
    /// <summary>Name of the input that says where tokens are.</summary>
    public const string MaskName = "attention_mask";

    /// <summary>Declares the mask as an input, and derives the rest from it.</summary>
    public static OnnxTexts Declare(OnnxGraph graph)
    {
        var mask = graph.Input(MaskName, TensorProto.Types.DataType.Int64, "batch", "tokens");
        var column = graph.Node("Unsqueeze", mask, graph.Integers(2));
        var real = graph.Node("Cast", [column], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Bool));
        var share = graph.Node("Cast", [column], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
        var count = graph.Node("ReduceSum", [share, graph.Integers(1)], OnnxGraph.Attribute("keepdims", 0L));
        return new OnnxTexts(mask, real, share, count);
    }
}
