using FeedbackService.Model.Configuration;
using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>Token states to a vector per text.</summary>
internal static class OnnxPooling
{
    /// <summary>Rows of width H, float, to [B, H] or [B, 2H] float.</summary>
    public static string Pool(OnnxParts parts, OnnxTexts texts, string rows, PoolingKind kind)
    {
        var graph = parts.Graph;
        var states = texts.Pad(rows);
        return kind switch
        {
            PoolingKind.Mean => Mean(),
            PoolingKind.Max => Max(),
            PoolingKind.MeanMax => With(Mean()),
            PoolingKind.SqrtN => SqrtN(),
            PoolingKind.SqrtNMax => With(SqrtN()),
            PoolingKind.Cls => graph.Node("Squeeze", graph.Node("Slice", states, graph.Integers(0), graph.Integers(1), graph.Integers(1)), graph.Integers(1)),
            PoolingKind.Last => Last(parts, texts, states),
            PoolingKind.Attention => Attended(),
            PoolingKind.AttentionMax => With(Attended()),
            PoolingKind.AttentionSqrtNMax => With(graph.Node("Mul", Attended(), graph.Node("Sqrt", texts.Count))),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such pooling."),
        };

        string Sum(string values) => graph.Node("ReduceSum", [values, graph.Integers(1)], OnnxGraph.Attribute("keepdims", 0L));
        string Mean() => graph.Node("Div", Sum(graph.Node("Mul", states, texts.Share)), texts.Count);
        string SqrtN() => graph.Node("Div", Sum(graph.Node("Mul", states, texts.Share)), graph.Node("Sqrt", texts.Count));
        string Max() => graph.Largest(graph.Node("Where", texts.Real, states, graph.Number(float.MinValue)), keep: false, 1);
        string With(string first) => graph.Node("Concat", [first, Max()], OnnxGraph.Attribute("axis", -1L));
        string Attended()
        {
            var scores = texts.Pad(parts.Map("pooling.score", graph.Node("Tanh", parts.Map("pooling.projection", rows))));
            var weights = graph.Node("Softmax", [graph.Node("Where", texts.Real, scores, graph.Number(float.MinValue))], OnnxGraph.Attribute("axis", 1L));
            return Sum(graph.Node("Mul", states, weights));
        }
    }

    private static string Last(OnnxParts parts, OnnxTexts texts, string states)
    {
        var graph = parts.Graph;
        var count = graph.Node("Cast", [texts.Count], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Int64)); // [B, 1]
        return graph.Node("GatherND", [states, graph.Node("Sub", count, graph.Integer(1))], OnnxGraph.Attribute("batch_dims", 1L));
    }
}
