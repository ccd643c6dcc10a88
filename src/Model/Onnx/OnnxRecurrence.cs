using FeedbackService.Model.Configuration;
using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>h_t = f(a_t + U·h_{t±1}) over the tokens of padded texts, for any f.</summary>
internal static class OnnxRecurrence
{
    /// <summary>Runs over all tokens from a state of 0; padding leaves the state as it is.</summary>
    /// <param name="parts">Where nodes go.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="inputs">a. [B, T, D] float.</param>
    /// <param name="weight">Uᵀ. [D, D] float.</param>
    /// <param name="activation">f.</param>
    /// <param name="module">Name of the activation's module.</param>
    /// <param name="backwards">From the last token to the first.</param>
    /// <param name="name">Of the body, unique in the model.</param>
    /// <returns>[B, T, D] float; at padding whatever the state was.</returns>
    public static string Run(OnnxParts parts, OnnxTexts texts, string inputs, string weight, ActivationKind activation, string module, bool backwards, string name)
    {
        var graph = parts.Graph;
        var body = new OnnxGraph(name, graph);
        var inner = parts.In(body);
        var before = body.Input($"{name}/before", TensorProto.Types.DataType.Float, "batch", "features");
        var input = body.Input($"{name}/input", TensorProto.Types.DataType.Float, "batch", "features");
        var real = body.Input($"{name}/real", TensorProto.Types.DataType.Bool, "batch", 1);
        var next = inner.Activate(activation, module, body.Node("Add", input, body.Node("MatMul", before, weight)));
        var after = body.Node("Where", real, next, before);
        body.Output(after, $"{name}/after", TensorProto.Types.DataType.Float, "batch", "features");
        body.Output(after, $"{name}/state", TensorProto.Types.DataType.Float, "batch", "features");

        var start = graph.Node("Mul", graph.Largest(inputs, keep: false, 1), graph.Number(0));
        var direction = backwards ? 1L : 0L;
        return graph.Nodes(
            "Scan", [start, inputs, texts.Real], 2,
            OnnxGraph.Attribute("body", body),
            OnnxGraph.Attribute("num_scan_inputs", 2L),
            OnnxGraph.Attribute("scan_input_axes", 1, 1),
            OnnxGraph.Attribute("scan_input_directions", direction, direction),
            OnnxGraph.Attribute("scan_output_axes", [1L]),
            OnnxGraph.Attribute("scan_output_directions", [direction]))[1];
    }
}
