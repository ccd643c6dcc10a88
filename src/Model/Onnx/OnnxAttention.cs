using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Onnx;

/// <summary>softmax(QKᵀ/√D)·V within each text of a transformer's layer.</summary>
/// <param name="config">Of the encoder.</param>
internal sealed class OnnxAttention(TransformerEncoderConfig config)
{
    private const string Inputs = ".qkv";

    /// <summary>Rows of width H, float, to rows of width H, float, before the map behind it.</summary>
    /// <param name="parts">Where nodes go.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="name">Of the attention in the state dictionary.</param>
    /// <param name="input">Rows of width H, float.</param>
    public string Mix(OnnxParts parts, OnnxTexts texts, string name, string input) =>
        texts is OnnxPackedTexts packed ? Fused(parts, packed, name, input) : Plain(parts, texts, name, input);

    // In operators of the standard, for any runtime.
    private string Plain(OnnxParts parts, OnnxTexts texts, string name, string input)
    {
        var graph = parts.Graph;
        long size = config.HiddenSize / config.Heads;
        var split = graph.Nodes("Split", [texts.Pad(parts.Map(name + Inputs, input))], 3, OnnxGraph.Attribute("axis", -1L));
        var shape = graph.Integers(0, 0, config.Heads, size);
        string Heads(string value, params long[] order) => graph.Node("Transpose", [graph.Node("Reshape", value, shape)], OnnxGraph.Attribute("perm", order));
        var query = Heads(split[0], 0, 2, 1, 3); // [B, heads, T, D]
        var key = Heads(split[1], 0, 2, 3, 1); // [B, heads, D, T]
        var scores = graph.Node("Div", graph.Node("MatMul", query, key), graph.Number(Math.Sqrt(size)));
        var weights = graph.Node("Softmax", [graph.Node("Where", Seen(graph, texts), scores, graph.Number(float.MinValue))], OnnxGraph.Attribute("axis", -1L));
        var mixed = graph.Node("Transpose", [graph.Node("MatMul", weights, Heads(split[2], 0, 2, 1, 3))], OnnxGraph.Attribute("perm", 0, 2, 1, 3));
        return texts.Unpad(graph.Node("Reshape", mixed, graph.Integers(0, 0, config.HiddenSize)));
    }

    // In the one operator that ONNX Runtime has for all of it, behind the map to queries, keys and values.
    private string Fused(OnnxParts parts, OnnxPackedTexts texts, string name, string input)
    {
        var mapped = parts.Map(name + Inputs, input);
        string Part(int part) => texts.PadPart(mapped, config.HiddenSize, part, 3);
        return texts.Unpad(parts.Graph.RuntimeNode(
            "MultiHeadAttention",
            [Part(0), Part(1), Part(2), "", texts.Lengths],
            OnnxGraph.Attribute("num_heads", (long)config.Heads),
            OnnxGraph.Attribute("unidirectional", config.Causal ? 1L : 0L)));
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
}
