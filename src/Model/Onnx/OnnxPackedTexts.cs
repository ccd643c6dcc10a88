using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>Texts that lie end to end.</summary>
internal sealed class OnnxPackedTexts : OnnxTexts
{
    /// <summary>Name of the input that says which row stands at a place.</summary>
    public const string SlotsName = "slots";

    /// <summary>Name of the input that says at which place a row stands.</summary>
    public const string PlacesName = "places";

    /// <summary>Name of the input that says which text a row belongs to.</summary>
    public const string TextOfRowName = "text_of_row";

    private readonly string _slots;
    private readonly string _places;
    private readonly string _textOfRow;

    /// <summary>Declares the inputs.</summary>
    public OnnxPackedTexts(OnnxGraph graph)
        : base(graph)
    {
        _slots = graph.Input(SlotsName, TensorProto.Types.DataType.Int64, "batch", "tokens");
        _places = graph.Input(PlacesName, TensorProto.Types.DataType.Int64, "rows");
        _textOfRow = graph.Input(TextOfRowName, TensorProto.Types.DataType.Int64, "rows");
        Lengths = graph.Node("Cast", [graph.Node("Squeeze", Count, graph.Integers(1))], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Int32));
    }

    /// <summary>Tokens per text. [B] int32.</summary>
    public string Lengths { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<object> RowShape { get; } = ["rows"];

    /// <summary>One of several equal parts of the width of rows, padded.</summary>
    /// <param name="rows">[N, parts · X] float.</param>
    /// <param name="width">X.</param>
    /// <param name="part">Which, from 0.</param>
    /// <param name="parts">How many there are.</param>
    /// <returns>[B, T, X] float.</returns>
    public string PadPart(string rows, long width, int part, int parts)
    {
        var at = Graph.Node("Add", Graph.Node("Mul", _slots, Graph.Integer(parts)), Graph.Integer(part));
        return Graph.Node("Gather", [Graph.Node("Reshape", rows, Graph.Integers(-1, width)), at], OnnxGraph.Attribute("axis", 0L));
    }

    /// <inheritdoc/>
    public override string Pad(string rows) => PadNumbers(rows);

    /// <inheritdoc/>
    public override string PadNumbers(string numbers) =>
        Graph.Node("Gather", [numbers, _slots], OnnxGraph.Attribute("axis", 0L));

    /// <inheritdoc/>
    public override string UnpadNumbers(string padded) => Graph.Node("Gather", [Graph.Node("Reshape", padded, Graph.Integers(-1)), _places], OnnxGraph.Attribute("axis", 0L));

    /// <inheritdoc/>
    public override string Unpad(string padded)
    {
        // The last size is kept, the first two become one.
        var width = Graph.Node("Slice", Graph.Node("Shape", padded), Graph.Integers(2), Graph.Integers(3));
        var flat = Graph.Node("Reshape", padded, Graph.Node("Concat", [Graph.Integers(-1), width], OnnxGraph.Attribute("axis", 0L)));
        return Graph.Node("Gather", [flat, _places], OnnxGraph.Attribute("axis", 0L));
    }

    /// <inheritdoc/>
    public override string Spread(string perText) => Graph.Node("Gather", [perText, _textOfRow], OnnxGraph.Attribute("axis", 0L));
}
