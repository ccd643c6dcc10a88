using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders.Recurrent;
using Onnx;

namespace FeedbackService.Model.Onnx;

/// <summary>The bidirectional feedback network: sweeps in a loop, until no text moves.</summary>
internal sealed class OnnxBifnn(BifnnEncoderConfig config) : OnnxRecurrent(config)
{
    private readonly BifnnEncoderConfig _config = config;

    /// <inheritdoc/>
    public override string Layer(OnnxParts parts, OnnxTexts texts, string states, int layer)
    {
        var (graph, name) = (parts.Graph, $"encoder.layers.{layer - 1}");
        var inputs = graph.Node("Mul", texts.Pad(parts.Map(name + ".input", states)), texts.Share);
        var system = new System(name, inputs, Bounded(parts, name + ".past"), Bounded(parts, name + ".future"), $"{states}/{name}");
        var fixedNumber = _config.Gradient == SolutionGradient.Unrolled;

        var body = new OnnxGraph(system.Body, graph);
        var sweep = body.Input($"{system.Body}/sweep", TensorProto.Types.DataType.Int64);
        body.Input($"{system.Body}/go", TensorProto.Types.DataType.Bool);
        var before = body.Input($"{system.Body}/before", TensorProto.Types.DataType.Float, "batch", "tokens", "features");
        var moving = body.Input($"{system.Body}/moving", TensorProto.Types.DataType.Bool, "batch", 1, 1);
        var swept = Sweep(parts.In(body), texts, system, before, sweep);
        var next = fixedNumber ? swept : body.Node("Where", moving, swept, before);
        var change = body.Largest(body.Node("Abs", body.Node("Sub", next, before)), keep: true, 1, 2);
        var still = body.Node("And", moving, body.Node("Greater", change, body.Number(_config.Tolerance)));
        var any = body.Node("Greater", body.Largest(body.Node("Cast", [still], OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float)), keep: false, 0, 1, 2), body.Number(0));
        body.Output(fixedNumber ? body.Truth(true) : any, $"{system.Body}/again", TensorProto.Types.DataType.Bool);
        body.Output(next, $"{system.Body}/after", TensorProto.Types.DataType.Float, "batch", "tokens", "features");
        body.Output(still, $"{system.Body}/still", TensorProto.Types.DataType.Bool, "batch", 1, 1);

        var zeros = graph.Node("Mul", inputs, graph.Number(0));
        var everyone = graph.Node("Greater", graph.Node("Unsqueeze", texts.Count, graph.Integers(2)), graph.Number(0));
        return texts.Unpad(graph.Nodes(
            "Loop", [graph.Integer(fixedNumber ? _config.GradientSweeps : _config.MaxSweeps), graph.Truth(true), zeros, everyone], 2, OnnxGraph.Attribute("body", body))[0]);
    }

    // W̄ᵀ, bounded as the layer has it.
    private static string Bounded(OnnxParts parts, string name) => parts.Graph.Weight(name + ".bounded", () => parts.Module<BoundedMatrix>(name).Bounded().Weight.t());

    private string Sweep(OnnxParts parts, OnnxTexts texts, System system, string states, string sweep)
    {
        var graph = parts.Graph;
        if (_config.Order == SweepOrder.Jacobi)
        {
            var arguments = graph.Node("Add", graph.Node("Add", system.Inputs, Earlier(graph, graph.Node("MatMul", states, system.Past))), Later(graph, graph.Node("MatMul", states, system.Future)));
            return graph.Node("Mul", parts.Activate(_config.Activation, system.Layer + ".activation", arguments), texts.Share);
        }

        var even = graph.Node("Equal", graph.Node("Mod", sweep, graph.Integer(2)), graph.Integer(0));
        return graph.Nodes(
            "If", [even], 1,
            OnnxGraph.Attribute("then_branch", Branch(parts, texts, system, states, backwards: false)),
            OnnxGraph.Attribute("else_branch", Branch(parts, texts, system, states, backwards: true)))[0];
    }

    private OnnxGraph Branch(OnnxParts parts, OnnxTexts texts, System system, string states, bool backwards)
    {
        var branch = new OnnxGraph($"{system.Body}/{(backwards ? "backwards" : "forwards")}", parts.Graph);
        var inner = parts.In(branch);
        var known = backwards ? Earlier(branch, branch.Node("MatMul", states, system.Past)) : Later(branch, branch.Node("MatMul", states, system.Future));
        var found = OnnxRecurrence.Run(
            inner, texts, branch.Node("Add", system.Inputs, known), backwards ? system.Future : system.Past,
            _config.Activation, system.Layer + ".activation", backwards, branch.Proto.Name + "/scan");
        branch.Output(branch.Node("Mul", found, texts.Share), branch.Proto.Name + "/found", TensorProto.Types.DataType.Float, "batch", "tokens", "features");
        return branch;
    }

    // Rows of the token before, and 0 for the first: states at padding are 0. [B, T, D]
    private static string Earlier(OnnxGraph graph, string rows) => Shift(graph, rows, graph.Integers(0, 1, 0, 0, 0, 0), graph.Integers(0), graph.Integers(-1));

    private static string Later(OnnxGraph graph, string rows) => Shift(graph, rows, graph.Integers(0, 0, 0, 0, 1, 0), graph.Integers(1), graph.Integers(int.MaxValue));

    private static string Shift(OnnxGraph graph, string rows, string pads, string from, string to) =>
        graph.Node("Slice", graph.Node("Pad", rows, pads), from, to, graph.Integers(1));

    private sealed record System(string Layer, string Inputs, string Past, string Future, string Body);
}
