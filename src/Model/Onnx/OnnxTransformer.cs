using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders.Transformer;
using Onnx;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>Transformers of all families.</summary>
internal sealed class OnnxTransformer(TransformerEncoderConfig config) : OnnxEncoder
{
    private const string Embeddings = "encoder.embeddings";

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
        string Attend(string input) => parts.Bottleneck(name + ".attention_adapter", Attention(parts, texts, name + ".attention", input));
        string Forward(string input) => parts.Bottleneck(
            name + ".feed_forward_adapter",
            parts.Map(name + ".feed_forward.outer", parts.Activate(config.Activation, name + ".feed_forward.activation", parts.Map(name + ".feed_forward.inner", input))));
    }

    private string Attention(OnnxParts parts, OnnxTexts texts, string name, string input)
    {
        var graph = parts.Graph;
        long size = config.HiddenSize / config.Heads;
        var split = graph.Nodes("Split", [texts.Pad(parts.Map(name + ".qkv", input))], 3, OnnxGraph.Attribute("axis", -1L));
        var shape = graph.Integers(0, 0, config.Heads, size);
        string Heads(string value, params long[] order) => graph.Node("Transpose", [graph.Node("Reshape", value, shape)], OnnxGraph.Attribute("perm", order));
        var query = Heads(split[0], 0, 2, 1, 3); // [B, heads, T, D]
        var key = Heads(split[1], 0, 2, 3, 1); // [B, heads, D, T]
        var scores = graph.Node("Div", graph.Node("MatMul", query, key), graph.Number(Math.Sqrt(size)));
        var weights = graph.Node("Softmax", [graph.Node("Where", Seen(graph, texts), scores, graph.Number(float.MinValue))], OnnxGraph.Attribute("axis", -1L));
        var mixed = graph.Node("Transpose", [graph.Node("MatMul", weights, Heads(split[2], 0, 2, 1, 3))], OnnxGraph.Attribute("perm", 0, 2, 1, 3));
        return parts.Map(name + ".output", texts.Unpad(graph.Node("Reshape", mixed, graph.Integers(0, 0, config.HiddenSize))));
    }

    // Which token sees which: [B, 1, 1, T], causally [B, 1, T, T].
    private string Seen(OnnxGraph graph, OnnxTexts texts)
    {
        var real = graph.Node("Unsqueeze", graph.Node("Squeeze", texts.Real, graph.Integers(2)), graph.Integers(1, 2));
        if (!config.Causal)
        {
            return real;
        }

        var places = graph.Node("Range", graph.Integer(0), texts.Longest(), graph.Integer(1));
        var before = graph.Node("LessOrEqual", graph.Node("Unsqueeze", places, graph.Integers(0)), graph.Node("Unsqueeze", places, graph.Integers(1)));
        return graph.Node("And", real, before);
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
