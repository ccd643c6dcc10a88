using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders.Transformer;
using Onnx;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>Transformers of all families.</summary>
internal sealed class OnnxTransformer(TransformerEncoderConfig config) : OnnxEncoder
{
    private const string Embeddings = "encoder.embeddings";

    private readonly OnnxAttention _attention = new(config);

    /// <inheritdoc/>
    public override string Embed(OnnxParts parts, OnnxTexts texts)
    {
        var graph = parts.Graph;
        var ids = graph.Input(Ids, TensorProto.Types.DataType.Int64, texts.Shape());
        var rows = graph.Node("Gather", parts.Weight(Embeddings + ".token.weight"), ids);
        var positions = texts.UnpadNumbers(config.PositionPadding is { } padding ? PositionsAfter(graph, texts.PadNumbers(ids), padding) : Positions(graph, texts));
        if (config.Positions == PositionKind.Sinusoidal)
        {
            var table = graph.Weight("sinusoids", () => tensor(SinusoidTable.Values(config.MaxPositions, config.HiddenSize), [config.MaxPositions, config.HiddenSize]));
            rows = graph.Node("Add", graph.Node("Mul", rows, graph.Number(Math.Sqrt(config.HiddenSize))), graph.Node("Gather", table, positions));
        }
        else
        {
            rows = graph.Node("Add", rows, graph.Node("Gather", parts.Weight(Embeddings + ".position.weight"), positions));
        }

        if (config.Segments > 0)
        {
            var segments = config.Segments > 1
                ? graph.Input(Segments, TensorProto.Types.DataType.Int64, texts.Shape())
                : graph.Node("Sub", ids, ids);
            rows = graph.Node("Add", rows, graph.Node("Gather", parts.Weight(Embeddings + ".segment.weight"), segments));
        }

        return config.EmbeddingNorm ? parts.Norm(Embeddings + ".norm", rows, config.NormEpsilon) : rows;
    }

    /// <inheritdoc/>
    public override string Layer(OnnxParts parts, OnnxTexts texts, string states, int layer)
    {
        var (graph, name) = (parts.Graph, $"encoder.layers.{layer - 1}");
        if (config.Norm == NormPlacement.Post)
        {
            states = Norm(".attention_norm", graph.Node("Add", states, Attend(states)));
            return Norm(".feed_forward_norm", graph.Node("Add", states, Forward(states)));
        }

        states = graph.Node("Add", states, Attend(Norm(".attention_norm", states)));
        states = graph.Node("Add", states, Forward(Norm(".feed_forward_norm", states)));
        return layer == config.Layers ? parts.Norm("encoder.final_norm", states, config.NormEpsilon) : states;

        string Norm(string norm, string input) => parts.Norm(name + norm, input, config.NormEpsilon);
        string Attend(string input) => parts.Bottleneck(name + ".attention_adapter", parts.Map(name + ".attention.output", _attention.Mix(parts, texts, name + ".attention", input)));
        string Forward(string input) => parts.Bottleneck(
            name + ".feed_forward_adapter",
            parts.Map(name + ".feed_forward.outer", parts.Activate(config.Activation, name + ".feed_forward.activation", parts.Map(name + ".feed_forward.inner", input))));
    }

    private static string Positions(OnnxGraph graph, OnnxTexts texts) =>
        graph.Node("Expand", graph.Node("Range", graph.Integer(0), texts.Longest(), graph.Integer(1)), graph.Node("Shape", texts.Mask));

    // A written-out padding token stands at the padding's position and is not counted.
    private static string PositionsAfter(OnnxGraph graph, string ids, int padding)
    {
        var counts = graph.Node("Cast", [graph.Node("Not", graph.Node("Equal", ids, graph.Integer(padding)))], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Int64));
        var counted = graph.Node("Mul", graph.Node("CumSum", counts, graph.Integer(1)), counts);
        return graph.Node("Add", counted, graph.Integer(padding));
    }
}
