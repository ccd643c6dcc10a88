using Google.Protobuf;
using Onnx;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>Puts a graph together, node by node. Values are known by their names; every method that makes one gives its name back.</summary>
internal sealed class OnnxGraph
{
    /// <summary>Domain of ONNX Runtime's own operators.</summary>
    public const string RuntimeDomain = "com.microsoft";

    private readonly OnnxGraph? _outer;
    private readonly HashSet<string> _weights = new(StringComparer.Ordinal);
    private int _values;

    /// <summary>An empty graph.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="outer">The graph that this one is the body of a loop in; its values are seen from here.</param>
    public OnnxGraph(string name, OnnxGraph? outer = null)
    {
        _outer = outer;
        Proto = new GraphProto { Name = name };
    }

    /// <summary>What has been put together.</summary>
    public GraphProto Proto { get; }

    /// <summary>Declares an input.</summary>
    /// <param name="name">Of the value.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="shape">Sizes, or names of sizes that differ from call to call.</param>
    public string Input(string name, TensorProto.Types.DataType type, params object[] shape)
    {
        Proto.Input.Add(Describe(name, type, shape));
        return name;
    }

    /// <summary>Declares an output.</summary>
    /// <param name="value">What it is.</param>
    /// <param name="name">What it is called outside.</param>
    /// <param name="type">Of its elements.</param>
    /// <param name="shape">As for an input.</param>
    public void Output(string value, string name, TensorProto.Types.DataType type, params object[] shape)
    {
        Proto.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        Proto.Output.Add(Describe(name, type, shape));
    }

    /// <summary>A node with one output.</summary>
    public string Node(string operation, IReadOnlyList<string> inputs, params AttributeProto[] attributes) => Nodes(operation, inputs, 1, attributes)[0];

    /// <summary>A node with one output.</summary>
    public string Node(string operation, params string[] inputs) => Nodes(operation, inputs, 1)[0];

    /// <summary>A node with several outputs.</summary>
    public string[] Nodes(string operation, IReadOnlyList<string> inputs, int outputs, params AttributeProto[] attributes)
    {
        var names = Enumerable.Range(0, outputs).Select(_ => NewName(operation)).ToArray();
        var node = new NodeProto { OpType = operation, Name = names[0] };
        node.Input.Add(inputs);
        node.Output.Add(names);
        node.Attribute.Add(attributes);
        Proto.Node.Add(node);
        return names;
    }

    /// <summary>A node of ONNX Runtime's own operators, which other runtimes do not have, with one output.</summary>
    /// <param name="operation">In the domain <see cref="RuntimeDomain"/>.</param>
    /// <param name="inputs">Empty where one is left out.</param>
    /// <param name="attributes">Of the node.</param>
    public string RuntimeNode(string operation, IReadOnlyList<string> inputs, params AttributeProto[] attributes)
    {
        var name = Node(operation, inputs, attributes);
        Proto.Node[^1].Domain = RuntimeDomain;
        return name;
    }

    /// <summary>Largest value over some dimensions.</summary>
    public string Largest(string value, bool keep, params long[] dimensions) => Node("ReduceMax", [value], Attribute("axes", dimensions), Attribute("keepdims", keep ? 1L : 0L));

    /// <summary>Mean over some dimensions.</summary>
    public string Mean(string value, bool keep, params long[] dimensions) => Node("ReduceMean", [value], Attribute("axes", dimensions), Attribute("keepdims", keep ? 1L : 0L));

    /// <summary>A weight, kept once however often it is asked for; also from the body of a loop.</summary>
    /// <param name="name">Unique in the model.</param>
    /// <param name="read">Gives the tensor: int8 as it is, all others as float.</param>
    public string Weight(string name, Func<Tensor> read)
    {
        if (_outer is not null)
        {
            return _outer.Weight(name, read);
        }

        if (_weights.Add(name))
        {
            using var scope = NewDisposeScope();
            using var mode = no_grad();
            var tensor = read().detach().cpu();
            var (stored, type) = tensor.dtype == ScalarType.Int8 ? (tensor, TensorProto.Types.DataType.Int8) : (tensor.to(ScalarType.Float32), TensorProto.Types.DataType.Float);
            var proto = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(stored.contiguous().bytes) };
            proto.Dims.Add(stored.shape);
            Proto.Initializer.Add(proto);
        }

        return name;
    }

    /// <summary>Whole numbers, as a list.</summary>
    public string Integers(params long[] values) => Constant(new TensorProto { DataType = (int)TensorProto.Types.DataType.Int64, Dims = { values.Length }, Int64Data = { values } });

    /// <summary>A whole number without a dimension.</summary>
    public string Integer(long value) => Constant(new TensorProto { DataType = (int)TensorProto.Types.DataType.Int64, Int64Data = { value } });

    /// <summary>A number without a dimension.</summary>
    public string Number(double value) => Constant(new TensorProto { DataType = (int)TensorProto.Types.DataType.Float, FloatData = { (float)value } });

    /// <summary>A truth without a dimension.</summary>
    public string Truth(bool value) => Constant(new TensorProto { DataType = (int)TensorProto.Types.DataType.Bool, Int32Data = { value ? 1 : 0 } });

    /// <summary>An attribute that is a whole number.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>An attribute that is a number.</summary>
    public static AttributeProto Attribute(string name, double value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)value };

    /// <summary>An attribute that is a text.</summary>
    public static AttributeProto Attribute(string name, string value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    /// <summary>An attribute that is a list of whole numbers.</summary>
    public static AttributeProto Attribute(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    /// <summary>An attribute that is a graph.</summary>
    public static AttributeProto Attribute(string name, OnnxGraph graph) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = graph.Proto };

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, object[] shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var size in shape)
        {
            dimensions.Dim.Add(size is string symbol ? new TensorShapeProto.Types.Dimension { DimParam = symbol } : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size, null) });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }

    private string Constant(TensorProto value)
    {
        var name = NewName("Constant");
        Proto.Node.Add(new NodeProto
        {
            OpType = "Constant",
            Name = name,
            Output = { name },
            Attribute = { new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = value } },
        });
        return name;
    }

    // Names of a body must not hide those of the graph around it.
    private string NewName(string operation) => _outer is null ? $"{operation}_{_values++}" : $"{Proto.Name}/{operation}_{_values++}";
}
