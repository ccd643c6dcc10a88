using FeedbackService.Model.Activations;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>
/// A layer of the bidirectional feedback network: h_t = f(U·x_t + W·h_{t−1} + V·h_{t+1} + b), solved as a fixed point; seed items 1-5 to 1-7 and 1-13.
/// W and V are kept so small that a sweep is a contraction, and V is 0 at the start: the layer begins as Elman's network.
/// </summary>
internal sealed class BifnnLayer : RecurrentLayer
{
    private readonly BifnnEncoderConfig _config;
    private readonly double _slope;

    [ComponentName(Name = "input")]
    private readonly Linear _input;

    [ComponentName(Name = "input_adapter")]
    private readonly MapAdapter? _inputAdapter;

    [ComponentName(Name = "past")]
    private readonly BoundedMatrix _past;

    [ComponentName(Name = "future")]
    private readonly BoundedMatrix _future;

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    public BifnnLayer(BifnnEncoderConfig config, AdapterConfig? adapter = null)
        : base(nameof(BifnnLayer))
    {
        _config = config;
        _slope = Activation.LipschitzOf(config.Activation);
        _input = Initialization.Linear(config.HiddenSize, config.HiddenSize);

        // As long as the bound allows: an orthogonal matrix has only singular values of 1.
        var bound = config.PastBound / _slope;
        _past = new BoundedMatrix(Initialization.Orthogonal(bound, config.HiddenSize), bound);
        _future = new BoundedMatrix(Initialization.Constant(0, config.HiddenSize, config.HiddenSize), config.FutureBound / _slope);
        _activation = new Activation(config.Activation);
        _inputAdapter = MapAdapter.Create(adapter, config.HiddenSize, (AdapterTargets.Input, config.HiddenSize));
        RegisterComponents();
    }

    public override TokenBatch Run(TokenBatch states)
    {
        using var scope = NewDisposeScope();
        var layout = states.Layout;
        var order = layout.ByTime;
        var mapped = _input.call(states.Rows);
        _inputAdapter?.Add(mapped, states.Rows);

        // What is solved for moves by less in a sweep than the eight bits of bf16 can tell.
        var inputs = mapped.index_select(0, order.Gather).Widened(); // [N, D]
        var (past, pastNorm) = _past.Bounded();
        var (future, futureNorm) = _future.Bounded();
        var system = new BifnnSystem(inputs, past, future, _activation, order);
        var (found, sweeps, residuals) = _config.Gradient switch
        {
            SolutionGradient.Unrolled => Unroll(system, layout.Count),
            SolutionGradient.Implicit => Implicit(system, layout.Count),
            _ => Phantom(system, layout.Count),
        };
        var kappa = training ? double.NaN : _slope * pastNorm.Plus(futureNorm).to(ScalarType.Float64).item<double>();
        return states.With(found.index_select(0, order.Scatter).to(states.Rows.dtype).MoveToOuterDisposeScope()) with
        {
            Solution = new FixedPoint(sweeps, residuals, [.. Enumerable.Repeat(kappa, layout.Count)]).After(states.Solution),
        };
    }

    private (Tensor States, int[] Sweeps, float[] Residuals) Unroll(BifnnSystem system, int texts)
    {
        Tensor? states = null;
        Tensor? before = null;
        for (var sweep = 0; sweep < _config.GradientSweeps; sweep++)
        {
            (before, states) = (states, system.Sweep(states, _config.Order, sweep));
        }

        return (states!, [.. Enumerable.Repeat(_config.GradientSweeps, texts)], BifnnSolver.Changes(states!, before, system.Order, texts));
    }

    // The last sweeps are taken whether or not gradients are wanted: training and serving compute the same.
    private (Tensor States, int[] Sweeps, float[] Residuals) Phantom(BifnnSystem system, int texts)
    {
        var (states, sweeps, residuals) = BifnnSolver.Solve(system, _config, texts);
        for (var sweep = 0; sweep < _config.GradientSweeps; sweep++)
        {
            states = system.Sweep(states, _config.Order, sweep);
        }

        return (states, sweeps, residuals);
    }

    private (Tensor States, int[] Sweeps, float[] Residuals) Implicit(BifnnSystem system, int texts)
    {
        var (solution, sweeps, residuals) = BifnnSolver.Solve(system, _config, texts);
        var arguments = system.Arguments(solution);
        var states = _activation.call(arguments);
        return (is_grad_enabled() ? ImplicitGradient.Apply(states, SlopesAt(arguments), system) : states, sweeps, residuals);
    }

    private Tensor SlopesAt(Tensor arguments)
    {
        var points = arguments.detach().requires_grad_();
        using var mode = enable_grad();
        return autograd.grad([_activation.call(points).sum()], [points])[0];
    }
}
