using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Onnx;

/// <summary>The feedback loop: logits and states of a round to the input of the next.</summary>
internal static class OnnxLoop
{
    private const string Loop = "feedback_loop";
    private const double NormEpsilon = 1e-5;

    /// <summary>X^k.</summary>
    /// <param name="parts">Where nodes go.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="config">The classifier.</param>
    /// <param name="logits">z^{k−1}. [B, L] float.</param>
    /// <param name="states">H^{k−1}. [B, T, H] float.</param>
    /// <param name="anchor">H_m. [B, T, H] float.</param>
    /// <param name="round">k − 1 of each text. [B] int64, or one number.</param>
    /// <returns>[B, T, H] float.</returns>
    public static string Step(OnnxParts parts, OnnxTexts texts, ClassifierConfig config, string logits, string states, string anchor, string round)
    {
        var graph = parts.Graph;
        var feedback = config.Feedback!;
        var several = config.Head == HeadKind.MultiLabel;
        var share = several ? graph.Node("Sigmoid", logits) : graph.Node("Softmax", [logits], OnnxGraph.Attribute("axis", -1L));
        var beyond = graph.Node("Sub", share, graph.Number(several ? 0.5 : 1.0 / config.Labels.Count));
        var prediction = graph.Node("MatMul", beyond, parts.Weight(Loop + ".label_embedding")); // u: [B, H]
        var signal = Respond(parts, texts, config, prediction, states);
        var fused = Fuse(parts, config, states, signal);
        if (feedback.Inject != InjectKind.Residual)
        {
            return fused;
        }

        var embedding = graph.Node("Gather", parts.Weight(Loop + ".reentry.round_embedding"), round); // [B, H]
        var correction = graph.Node("Add", parts.Map(Loop + ".reentry.projection", parts.Norm(Loop + ".reentry.norm", fused, NormEpsilon)), graph.Node("Unsqueeze", embedding, graph.Integers(1)));
        return graph.Node("Add", anchor, graph.Node("Mul", correction, parts.Weight(Loop + ".reentry.scale")));
    }

    // F: [B, 1, H] where it is the same for all tokens, else [B, T, H].
    private static string Respond(OnnxParts parts, OnnxTexts texts, ClassifierConfig config, string prediction, string states)
    {
        var graph = parts.Graph;
        const string Feedback = Loop + ".feedback";
        switch (config.Feedback!.Feedback)
        {
            case FeedbackKind.Residual:
                return graph.Node("Unsqueeze", prediction, graph.Integers(1));
            case FeedbackKind.Gated:
                var told = graph.Node("Unsqueeze", parts.Map(Feedback + ".gate_prediction", prediction), graph.Integers(1));
                return graph.Node("Mul", graph.Node("Sigmoid", graph.Node("Add", parts.Map(Feedback + ".gate_state", states), told)), parts.Map(Feedback + ".value", states));
            default:
                var (heads, size) = (config.Feedback.Heads, config.Encoder.HiddenSize / config.Feedback.Heads);
                string Split(string value) => graph.Node("Reshape", value, graph.Integers(0, -1, heads, size));
                var query = graph.Node("Transpose", [Split(graph.Node("Unsqueeze", parts.Map(Feedback + ".query", prediction), graph.Integers(1)))], OnnxGraph.Attribute("perm", 0, 2, 1, 3)); // [B, heads, 1, D]
                var key = graph.Node("Transpose", [Split(parts.Map(Feedback + ".key", states))], OnnxGraph.Attribute("perm", 0, 2, 3, 1)); // [B, heads, D, T]
                var value = graph.Node("Transpose", [Split(parts.Map(Feedback + ".value", states))], OnnxGraph.Attribute("perm", 0, 2, 1, 3)); // [B, heads, T, D]
                var real = graph.Node("Unsqueeze", graph.Node("Squeeze", texts.Real, graph.Integers(2)), graph.Integers(1, 2)); // [B, 1, 1, T]
                var scores = graph.Node("Div", graph.Node("MatMul", query, key), graph.Number(Math.Sqrt(size)));
                var weights = graph.Node("Softmax", [graph.Node("Where", real, scores, graph.Number(float.MinValue))], OnnxGraph.Attribute("axis", -1L));
                var mixed = graph.Node("Transpose", [graph.Node("MatMul", weights, value)], OnnxGraph.Attribute("perm", 0, 2, 1, 3)); // [B, 1, heads, D]
                return parts.Map(Feedback + ".output", graph.Node("Reshape", mixed, graph.Integers(0, 1, config.Encoder.HiddenSize)));
        }
    }

    private static string Fuse(OnnxParts parts, ClassifierConfig config, string states, string signal)
    {
        var graph = parts.Graph;
        const string Fusion = Loop + ".fusion";
        switch (config.Feedback!.Fusion)
        {
            case FusionKind.Add:
                return graph.Node("Add", states, signal);
            case FusionKind.Gated:
                var gate = graph.Node("Sigmoid", graph.Node("Add", parts.Map(Fusion + ".gate_state", states), parts.Map(Fusion + ".gate_signal", signal)));
                return graph.Node("Add", signal, graph.Node("Mul", gate, graph.Node("Sub", states, signal)));
            default:
                var (heads, size) = (config.Feedback.Heads, config.Encoder.HiddenSize / config.Feedback.Heads);
                string Split(string value) => graph.Node("Reshape", value, graph.Integers(0, -1, heads, size));
                var products = graph.Node("Mul", Split(parts.Map(Fusion + ".query", states)), Split(parts.Map(Fusion + ".key", signal)));
                var score = graph.Node("Div", graph.Node("ReduceSum", [products, graph.Integers(3)], OnnxGraph.Attribute("keepdims", 0L)), graph.Number(Math.Sqrt(size))); // [B, T, heads]
                var kept = graph.Node("Unsqueeze", graph.Node("Sigmoid", graph.Node("Neg", graph.Node("Add", score, parts.Weight(Fusion + ".bias")))), graph.Integers(3));
                var (old, incoming) = (Split(states), Split(parts.Map(Fusion + ".value", signal)));
                var rows = graph.Node("Add", incoming, graph.Node("Mul", kept, graph.Node("Sub", old, incoming)));
                return graph.Node("Reshape", rows, graph.Integers(0, 0, config.Encoder.HiddenSize));
        }
    }
}
