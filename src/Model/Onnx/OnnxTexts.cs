using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>The texts of a batch in a graph. Rows are the states of tokens as they lie between parts: [B, T, H] or [N, H].</summary>
internal abstract class OnnxTexts
{
    /// <summary>Name of the input that says where tokens are.</summary>
    public const string MaskName = "attention_mask";

    /// <summary>Declares the mask as an input, and derives from it what padded values are masked by.</summary>
    protected OnnxTexts(OnnxGraph graph)
    {
        Graph = graph;
        Mask = graph.Input(MaskName, TensorProto.Types.DataType.Int64, "batch", "tokens");
        var column = graph.Node("Unsqueeze", Mask, graph.Integers(2));
        Real = graph.Node("Cast", [column], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Bool));
        Share = graph.Node("Cast", [column], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float));
        Count = graph.Node("ReduceSum", [Share, graph.Integers(1)], OnnxGraph.Attribute("keepdims", 0L));
    }

    /// <summary>1 at tokens, 0 at padding. [B, T] int64.</summary>
    public string Mask { get; }

    /// <summary>The same. [B, T, 1] bool.</summary>
    public string Real { get; }

    /// <summary>The same. [B, T, 1] float.</summary>
    public string Share { get; }

    /// <summary>Tokens per text. [B, 1] float.</summary>
    public string Count { get; }

    /// <summary>Sizes of rows before their width.</summary>
    public abstract IReadOnlyList<object> RowShape { get; }

    /// <summary>Where nodes go.</summary>
    protected OnnxGraph Graph { get; }

    /// <summary>Declares the inputs of a layout.</summary>
    public static OnnxTexts Declare(OnnxGraph graph, OnnxLayout layout) => layout == OnnxLayout.Packed ? new OnnxPackedTexts(graph) : new OnnxPaddedTexts(graph);

    /// <summary>Rows to [B, T, H]; whatever at padding.</summary>
    public abstract string Pad(string rows);

    /// <summary>Without a width: to [B, T].</summary>
    public abstract string PadNumbers(string numbers);

    /// <summary>[B, T, H] to rows.</summary>
    public abstract string Unpad(string padded);

    /// <summary>A vector per text to something that can be added to rows. [B, H] to [B, 1, H] or [N, H].</summary>
    public abstract string Spread(string perText);

    /// <summary>Without a width: [B, T] to a number per token.</summary>
    public abstract string UnpadNumbers(string padded);

    /// <summary>T, as a number without a dimension.</summary>
    public string Longest() => Graph.Node("Squeeze", Graph.Node("Gather", [Graph.Node("Shape", Mask), Graph.Integers(1)], OnnxGraph.Attribute("axis", 0L)));

    /// <summary>Rows whose width is taken apart or put together.</summary>
    /// <param name="rows">Rows of any width.</param>
    /// <param name="width">The same as one or more sizes.</param>
    public string Reshape(string rows, params long[] width) => Graph.Node("Reshape", rows, Graph.Integers([.. RowShape.Select(_ => 0L), .. width]));

    /// <summary>A shape of rows of some width.</summary>
    public object[] Shape(params object[] width) => [.. RowShape, .. width];
}
