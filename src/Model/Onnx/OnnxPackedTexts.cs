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
        _textOfRow = graph.Input(TextOfRowName, TensorProto.Types.DataType.Int64, 1, "rows");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<object> RowShape { get; } = [1, "rows"];

    /// <inheritdoc/>
    public override string Pad(string rows) => PadNumbers(rows);

    /// <inheritdoc/>
    public override string PadNumbers(string numbers) =>
        Graph.Node("Gather", [Graph.Node("Squeeze", numbers, Graph.Integers(0)), _slots], OnnxGraph.Attribute("axis", 0L));

    /// <inheritdoc/>
    public override string UnpadNumbers(string padded) => Graph.Node("Squeeze", Unpad(Graph.Node("Unsqueeze", padded, Graph.Integers(2))), Graph.Integers(2));

    /// <inheritdoc/>
    public override string Unpad(string padded)
    {
        // The last size is kept, the first two become one.
        var width = Graph.Node("Slice", Graph.Node("Shape", padded), Graph.Integers(2), Graph.Integers(3));
        var flat = Graph.Node("Reshape", padded, Graph.Node("Concat", [Graph.Integers(-1), width], OnnxGraph.Attribute("axis", 0L)));
        return Graph.Node("Unsqueeze", Graph.Node("Gather", [flat, _places], OnnxGraph.Attribute("axis", 0L)), Graph.Integers(0));
    }

    /// <inheritdoc/>
    public override string Spread(string perText) => Graph.Node("Gather", [perText, _textOfRow], OnnxGraph.Attribute("axis", 0L));
}
