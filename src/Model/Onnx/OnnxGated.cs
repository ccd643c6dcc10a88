using FeedbackService.Model.Configuration;
using Onnx;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>LSTM and GRU, by ONNX's own nodes. Their gates stand in another order there than in libtorch.</summary>
internal sealed class OnnxGated(DirectedEncoderConfig config) : OnnxRecurrent(config)
{
    // libtorch: input, forget, cell, output and reset, update, new; ONNX: input, output, forget, cell and update, reset, hidden.
    private static readonly int[] LstmOrder = [0, 3, 1, 2];
    private static readonly int[] GruOrder = [1, 0, 2];

    private readonly DirectedEncoderConfig _config = config;

    /// <inheritdoc/>
    public override string Layer(OnnxParts parts, OnnxTexts texts, string states, int layer)
    {
        var graph = parts.Graph;
        var isLstm = _config is LstmEncoderConfig;
        var name = $"encoder.layers.{layer - 1}.{(isLstm ? "lstm" : "gru")}";
        long width = _config.Bidirectional ? _config.HiddenSize / 2 : _config.HiddenSize;
        string[] directions = _config.Bidirectional ? ["", "_reverse"] : [""];
        var order = isLstm ? LstmOrder : GruOrder;
        var input = Weights("weight_ih_l0");
        var recurrent = Weights("weight_hh_l0");
        var bias = graph.Weight(name + ".bias", () => stack(directions.Select(direction => cat([Ordered("bias_ih_l0" + direction), Ordered("bias_hh_l0" + direction)], 0))));
        var lengths = graph.Node("Cast", [graph.Node("Squeeze", texts.Count, graph.Integers(1))], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Int32));
        var byTime = graph.Node("Transpose", [texts.Pad(states)], OnnxGraph.Attribute("perm", 1, 0, 2)); // [T, B, H]
        var attributes = new List<AttributeProto>
        {
            OnnxGraph.Attribute("hidden_size", width),
            OnnxGraph.Attribute("direction", _config.Bidirectional ? "bidirectional" : "forward"),
        };
        if (!isLstm)
        {
            // As libtorch: the reset gate is applied behind the recurrent map.
            attributes.Add(OnnxGraph.Attribute("linear_before_reset", 1L));
        }

        var found = graph.Nodes(isLstm ? "LSTM" : "GRU", [byTime, input, recurrent, bias, lengths], 1, [.. attributes])[0]; // [T, directions, B, D]
        return texts.Unpad(graph.Node("Reshape", graph.Node("Transpose", [found], OnnxGraph.Attribute("perm", 2, 0, 1, 3)), graph.Integers(0, 0, _config.HiddenSize)));

        string Weights(string weight) => graph.Weight($"{name}.{weight}", () => stack(directions.Select(direction => Ordered(weight + direction))));
        Tensor Ordered(string weight)
        {
            var gates = parts.Read($"{name}.{weight}").chunk(order.Length, 0);
            return cat([.. order.Select(gate => gates[gate])], 0);
        }
    }
}
