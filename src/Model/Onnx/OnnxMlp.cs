using FeedbackService.Model.Configuration;
using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>The encoder over n-grams or word pieces, row by row.</summary>
internal sealed class OnnxMlp(MlpEncoderConfig config) : OnnxEncoder
{
    private const double NormEpsilon = 1e-5;

    /// <inheritdoc/>
    public override string Embed(OnnxParts parts, OnnxTexts texts)
    {
        var graph = parts.Graph;
        var ids = graph.Input(Ids, TensorProto.Types.DataType.Int64, texts.Shape());
        var weights = graph.Input(Weights, TensorProto.Types.DataType.Float, texts.Shape());
        var rows = graph.Node("Gather", parts.Weight("encoder.embedding.weight"), ids);
        return graph.Node("Mul", rows, graph.Node("Unsqueeze", weights, graph.Integers(-1)));
    }

    /// <inheritdoc/>
    public override string Layer(OnnxParts parts, OnnxTexts texts, string states, int layer)
    {
        var name = $"encoder.layers.{layer - 1}";
        var inner = parts.Activate(config.Activation, name + ".activation", parts.Map(name + ".inner", parts.Norm(name + ".norm", states, NormEpsilon)));
        return parts.Graph.Node("Add", states, parts.Bottleneck(name + ".feed_forward_adapter", parts.Map(name + ".outer", inner)));
    }
}
