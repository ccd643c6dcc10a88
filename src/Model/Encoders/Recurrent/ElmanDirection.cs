using FeedbackService.Model.Activations;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>One direction of Elman's network: h_t = f(W·x_t + U·h_{t−1} + b), one bias, any f. libtorch's own knows tanh and relu only.</summary>
internal sealed class ElmanDirection : nn.Module
{
    private readonly bool _backwards;

    [ComponentName(Name = "input")]
    private readonly Linear _input;

    [ComponentName(Name = "input_adapter")]
    private readonly MapAdapter? _inputAdapter;

    [ComponentName(Name = "recurrent")]
    private readonly Linear _recurrent;

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    public ElmanDirection(int inputs, int outputs, ActivationKind activation, bool backwards, AdapterConfig? adapter = null)
        : base(nameof(ElmanDirection))
    {
        _backwards = backwards;
        _input = Initialization.Linear(inputs, outputs);
        _recurrent = nn.Linear(outputs, outputs, hasBias: false);

        // Keeps the length of the state, so that neither it nor its gradient fades or grows at the start.
        nn.init.orthogonal_(_recurrent.weight!);
        _activation = new Activation(activation);
        _inputAdapter = MapAdapter.Create(adapter, inputs, (AdapterTargets.Input, outputs));
        RegisterComponents();
    }

    /// <summary>Rows by time [N, X] float to states by time [N, D] float, in the current dispose scope.</summary>
    public Tensor Run(Tensor rows, TimeOrder order)
    {
        var inputs = _input.call(rows);
        _inputAdapter?.Add(inputs, rows);
        return Recurrence.Run(inputs, _recurrent.weight!, _activation, order, _backwards);
    }
}
