using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.Onnx;

/// <summary>Elman's network; ONNX's own knows few activations.</summary>
internal sealed class OnnxElman(RnnEncoderConfig config) : OnnxRecurrent(config)
{
    private readonly RnnEncoderConfig _config = config;

    /// <inheritdoc/>
    public override string Layer(OnnxParts parts, OnnxTexts texts, string states, int layer)
    {
        var name = $"encoder.layers.{layer - 1}";
        var forwards = Direction(name + ".forwards", backwards: false);
        return texts.Unpad(_config.Bidirectional
            ? parts.Graph.Node("Concat", [forwards, Direction(name + ".backwards", backwards: true)], OnnxGraph.Attribute("axis", -1L))
            : forwards);

        string Direction(string direction, bool backwards) => OnnxRecurrence.Run(
            parts, texts, texts.Pad(parts.Map(direction + ".input", states)), parts.Weight(direction + ".recurrent.weight", "turned", weight => weight.t()),
            _config.Activation, direction + ".activation", backwards, $"{states}/{direction}");
    }
}
