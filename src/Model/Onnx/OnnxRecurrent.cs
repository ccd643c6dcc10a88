using FeedbackService.Model.Configuration;
using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>What recurrent encoders have in common: a vector per word piece, and one for second texts.</summary>
internal abstract class OnnxRecurrent(RecurrentEncoderConfig config) : OnnxEncoder
{
    /// <inheritdoc/>
    public override string Embed(OnnxParts parts, OnnxTexts texts)
    {
        var graph = parts.Graph;
        var rows = graph.Node("Gather", parts.Weight("encoder.embedding.weight"), graph.Input(Ids, TensorProto.Types.DataType.Int64, texts.Shape()));
        if (!config.ReadsPairs)
        {
            return rows;
        }

        var segments = graph.Input(Segments, TensorProto.Types.DataType.Int64, texts.Shape());
        var second = graph.Node("Cast", [graph.Node("Unsqueeze", segments, graph.Integers(-1))], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
        return graph.Node("Add", rows, graph.Node("Mul", second, parts.Weight("encoder.second_text")));
    }
}
