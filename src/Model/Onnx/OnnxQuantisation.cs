using FeedbackService.Model.Numerics;
using Onnx;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>Dynamic quantisation of a map: x·Wᵀ ≈ s_x·s_W·((x̂ − z)·Ŵᵀ), x̂ of 8 bits without a sign, Ŵ with one, s_W per output.</summary>
internal static class OnnxQuantisation
{
    // Seven bits of eight: two products of an unsigned and a signed byte are added in 16 bits where processors have no instructions of their own for it, and 2·255·127 would be too much.
    private const double Largest = 63;

    /// <summary>Without the bias.</summary>
    /// <param name="graph">Where nodes go.</param>
    /// <param name="name">Of the map.</param>
    /// <param name="read">Gives W. [outputs, inputs] float.</param>
    /// <param name="input">[..., inputs] float.</param>
    /// <returns>[..., outputs] float.</returns>
    public static string Multiply(OnnxGraph graph, string name, Func<Tensor> read, string input)
    {
        var rounded = graph.Weight(name + ".weight.rounded", () => Rounded(read()));
        var scale = graph.Weight(name + ".weight.scale", () => Scale(read()).squeeze(1));
        var bytes = graph.Nodes("DynamicQuantizeLinear", [input], 3); // x̂, s_x, z
        var product = graph.Node("MatMulInteger", bytes[0], rounded, bytes[2]);
        return graph.Node("Mul", graph.Node("Cast", [product], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float)), graph.Node("Mul", bytes[1], scale));
    }

    // Ŵᵀ: [inputs, outputs] int8.
    private static Tensor Rounded(Tensor weight) => weight.div(Scale(weight)).round().to(ScalarType.Int8).t();

    // [outputs, 1]; of a row of zeros whatever is not 0.
    private static Tensor Scale(Tensor weight) => weight.abs().amax([1L], keepdim: true).ClampMin(1e-12).DividedBy(Largest);
}
