using FeedbackService.Model.Adapters;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>What all parts of a classifier are made of: maps, norms, activations and weights, by their names in the state dictionary.</summary>
/// <param name="graph">Where nodes go.</param>
/// <param name="classifier">Whose weights.</param>
/// <param name="quantised">Whether maps of the encoder compute in 8 bits.</param>
internal sealed class OnnxParts(OnnxGraph graph, TextClassifier classifier, bool quantised = false)
{
    private const string Encoder = "encoder.";

    private readonly bool _quantised = quantised;
    private readonly Dictionary<string, Tensor> _state = classifier.state_dict();
    private readonly Dictionary<string, nn.Module> _modules = classifier.named_modules().ToDictionary(module => module.name, module => module.module, StringComparer.Ordinal);

    private OnnxParts(OnnxGraph graph, TextClassifier classifier, OnnxParts other)
        : this(graph, classifier, other._quantised) => (_state, _modules) = (other._state, other._modules);

    /// <summary>Where nodes go.</summary>
    public OnnxGraph Graph => graph;

    /// <summary>The same weights for nodes of another graph.</summary>
    public OnnxParts In(OnnxGraph other) => new(other, classifier, this);

    /// <summary>There is such a weight.</summary>
    public bool Has(string name) => _state.ContainsKey(name);

    /// <summary>A weight as it is.</summary>
    public string Weight(string name) => graph.Weight(name, () => _state[name]);

    /// <summary>A weight under another name and in another form.</summary>
    public string Weight(string name, string form, Func<Tensor, Tensor> shaped) => graph.Weight($"{name}.{form}", () => shaped(_state[name]));

    /// <summary>A weight's tensor.</summary>
    public Tensor Read(string name) => _state[name];

    /// <summary>The module of that name.</summary>
    public T Module<T>(string name)
        where T : nn.Module => (T)_modules[name];

    /// <summary>x·Wᵀ + b of a linear map, with an adapter of low rank beside it already in W. [..., inputs] → [..., outputs].</summary>
    public string Map(string name, string input)
    {
        var mapped = _quantised && name.StartsWith(Encoder, StringComparison.Ordinal)
            ? OnnxQuantisation.Multiply(graph, name, () => Effective(name), input)
            : graph.Node("MatMul", input, graph.Weight(name + ".weight.turned", () => Effective(name).t()));
        return Has(name + ".bias") ? graph.Node("Add", mapped, Weight(name + ".bias")) : mapped;
    }

    /// <summary>Layer norm over the last dimension.</summary>
    public string Norm(string name, string input, double epsilon) =>
        graph.Node("LayerNormalization", [input, Weight(name + ".weight"), Weight(name + ".bias")], OnnxGraph.Attribute("axis", -1L), OnnxGraph.Attribute("epsilon", epsilon));

    /// <summary>What stands behind a sublayer, if anything: x + W_up·gelu(W_down·x + b) + b′.</summary>
    public string Bottleneck(string name, string input) => !Has(name + ".down.weight")
        ? input
        : graph.Node("Add", input, Map(name + ".up", Activate(ActivationKind.Gelu, name, Map(name + ".down", input))));

    /// <summary>An activation.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="name">Of its module, for those that learn.</param>
    /// <param name="input">Any shape.</param>
    public string Activate(ActivationKind kind, string name, string input) => kind switch
    {
        ActivationKind.Sigmoid => graph.Node("Sigmoid", input),
        ActivationKind.Tanh => graph.Node("Tanh", input),
        ActivationKind.Relu => graph.Node("Relu", input),
        ActivationKind.Gelu => Gelu(input),
        ActivationKind.GeluTanh => GeluTanh(input),
        ActivationKind.QuickGelu => Gated(input, graph.Node("Mul", input, graph.Number(1.702))),
        ActivationKind.Silu => Gated(input, input),
        ActivationKind.Mish => graph.Node("Mul", input, graph.Node("Tanh", graph.Node("Softplus", input))),
        _ => Gated(input, graph.Node("Mul", input, Weight(name + ".beta"))),
    };

    private Tensor Effective(string name)
    {
        var weight = _state[name + ".weight"];
        return _modules.GetValueOrDefault(name + "_adapter") is MapAdapter adapter ? adapter.MergeInto(weight) : weight;
    }

    // x·½·(1 + erf(x/√2)), in the order in which runtimes look for it.
    private string Gelu(string input)
    {
        var erf = graph.Node("Erf", graph.Node("Div", input, graph.Number(Math.Sqrt(2))));
        return graph.Node("Mul", graph.Node("Mul", input, graph.Node("Add", erf, graph.Number(1))), graph.Number(0.5));
    }

    private string GeluTanh(string input)
    {
        var cube = graph.Node("Mul", graph.Node("Mul", input, input), input);
        var inner = graph.Node("Mul", graph.Node("Add", input, graph.Node("Mul", cube, graph.Number(0.044715))), graph.Number(Math.Sqrt(2 / Math.PI)));
        return graph.Node("Mul", graph.Node("Mul", input, graph.Number(0.5)), graph.Node("Add", graph.Node("Tanh", inner), graph.Number(1)));
    }

    private string Gated(string input, string gate) => graph.Node("Mul", input, graph.Node("Sigmoid", gate));
}
