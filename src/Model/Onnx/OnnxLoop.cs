using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Onnx;

/// <summary>The feedback loop: logits and states of a round to the input of the next.</summary>
internal static class OnnxLoop
{
    private const string Loop = "feedback_loop";
    private const string Feedback = Loop + ".feedback";
    private const string Fusion = Loop + ".fusion";
    private const double NormEpsilon = 1e-5;

    /// <summary>X^k.</summary>
    /// <param name="parts">Where nodes go.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="config">The classifier.</param>
    /// <param name="logits">z^{k−1}. [B, L] float.</param>
    /// <param name="states">H^{k−1}. Rows of width H, float.</param>
    /// <param name="anchor">H_m. Rows of width H, float.</param>
    /// <param name="round">k − 1 of each text. [B] int64, or one number.</param>
    public static OnnxStep Step(OnnxParts parts, OnnxTexts texts, ClassifierConfig config, string logits, string states, string anchor, string round)
    {
        var graph = parts.Graph;
        var feedback = config.Feedback!;
        var several = config.Head == HeadKind.MultiLabel;
        var share = several ? graph.Node("Sigmoid", logits) : graph.Node("Softmax", [logits], OnnxGraph.Attribute("axis", -1L));
        var beyond = graph.Node("Sub", share, graph.Number(several ? 0.5 : 1.0 / config.Labels.Count));
        var prediction = graph.Node("MatMul", beyond, parts.Weight(Loop + ".label_embedding")); // u: [B, H]
        var signal = feedback.Feedback switch
        {
            FeedbackKind.Residual => new OnnxSignal(prediction, IsPerText: true),
            FeedbackKind.Gated => Gate(parts, texts, prediction, states),
            _ => Attend(parts, texts, config, prediction, states),
        };
        var (fused, kept) = feedback.Fusion switch
        {
            FusionKind.Add => (graph.Node("Add", states, signal.Spread(texts, signal.Values)), null),
            FusionKind.Gated => Mix(parts, texts, states, signal),
            _ => MixHeads(parts, texts, config, states, signal),
        };
        if (feedback.Inject != InjectKind.Residual)
        {
            return new OnnxStep(fused, signal.Attention, kept);
        }

        // [B, H], or [1, H] where the round is one for all.
        var embedding = graph.Node("Gather", parts.Weight(Loop + ".reentry.round_embedding"), graph.Node("Expand", round, graph.Node("Slice", graph.Node("Shape", logits), graph.Integers(0), graph.Integers(1))));
        var correction = graph.Node("Add", parts.Map(Loop + ".reentry.projection", parts.Norm(Loop + ".reentry.norm", fused, NormEpsilon)), texts.Spread(embedding));
        return new OnnxStep(graph.Node("Add", anchor, graph.Node("Mul", correction, parts.Weight(Loop + ".reentry.scale"))), signal.Attention, kept);
    }

    private static OnnxSignal Gate(OnnxParts parts, OnnxTexts texts, string prediction, string states)
    {
        var graph = parts.Graph;
        var told = texts.Spread(parts.Map(Feedback + ".gate_prediction", prediction));
        var open = graph.Node("Sigmoid", graph.Node("Add", parts.Map(Feedback + ".gate_state", states), told));
        return new OnnxSignal(graph.Node("Mul", open, parts.Map(Feedback + ".value", states)), IsPerText: false);
    }

    private static OnnxSignal Attend(OnnxParts parts, OnnxTexts texts, ClassifierConfig config, string prediction, string states)
    {
        var graph = parts.Graph;
        var (heads, size) = (config.Feedback!.Heads, config.Encoder.HiddenSize / config.Feedback.Heads);
        string Split(string value, params long[] order) => graph.Node("Transpose", [graph.Node("Reshape", value, graph.Integers(0, -1, heads, size))], OnnxGraph.Attribute("perm", order));
        var query = Split(graph.Node("Unsqueeze", parts.Map(Feedback + ".query", prediction), graph.Integers(1)), 0, 2, 1, 3); // [B, heads, 1, D]
        var key = Split(texts.Pad(parts.Map(Feedback + ".key", states)), 0, 2, 3, 1); // [B, heads, D, T]
        var value = Split(texts.Pad(parts.Map(Feedback + ".value", states)), 0, 2, 1, 3); // [B, heads, T, D]
        var real = graph.Node("Unsqueeze", graph.Node("Squeeze", texts.Real, graph.Integers(2)), graph.Integers(1, 2)); // [B, 1, 1, T]
        var scores = graph.Node("Div", graph.Node("MatMul", query, key), graph.Number(Math.Sqrt(size)));
        var weights = graph.Node("Softmax", [graph.Node("Where", real, scores, graph.Number(float.MinValue))], OnnxGraph.Attribute("axis", -1L)); // [B, heads, 1, T]
        var mixed = graph.Node("Reshape", graph.Node("MatMul", weights, value), graph.Integers(0, config.Encoder.HiddenSize)); // [B, H]
        return new OnnxSignal(parts.Map(Feedback + ".output", mixed), IsPerText: true, texts.UnpadNumbers(graph.Mean(weights, keep: false, 1, 2)));
    }

    private static (string Rows, string Kept) Mix(OnnxParts parts, OnnxTexts texts, string states, OnnxSignal signal)
    {
        var graph = parts.Graph;
        var gate = graph.Node("Sigmoid", graph.Node("Add", parts.Map(Fusion + ".gate_state", states), signal.Spread(texts, parts.Map(Fusion + ".gate_signal", signal.Values))));
        var values = signal.Spread(texts, signal.Values);
        return (graph.Node("Add", values, graph.Node("Mul", gate, graph.Node("Sub", states, values))), graph.Mean(gate, keep: false, -1));
    }

    private static (string Rows, string Kept) MixHeads(OnnxParts parts, OnnxTexts texts, ClassifierConfig config, string states, OnnxSignal signal)
    {
        var graph = parts.Graph;
        var (heads, size) = (config.Feedback!.Heads, config.Encoder.HiddenSize / config.Feedback.Heads);
        string Split(string value) => texts.Reshape(value, heads, size);
        string Spread(string map) => Split(signal.Spread(texts, parts.Map(Fusion + map, signal.Values)));
        var products = graph.Node("Mul", Split(parts.Map(Fusion + ".query", states)), Spread(".key"));
        var score = graph.Node("Div", graph.Node("ReduceSum", [products, graph.Integers(-1)], OnnxGraph.Attribute("keepdims", 0L)), graph.Number(Math.Sqrt(size))); // [.., heads]
        var kept = graph.Node("Sigmoid", graph.Node("Neg", graph.Node("Add", score, parts.Weight(Fusion + ".bias"))));
        var (old, incoming) = (Split(states), Spread(".value"));
        var rows = graph.Node("Add", incoming, graph.Node("Mul", graph.Node("Unsqueeze", kept, graph.Integers(-1)), graph.Node("Sub", old, incoming)));
        return (texts.Reshape(rows, config.Encoder.HiddenSize), graph.Mean(kept, keep: false, -1));
    }
}
