using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
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

    [ComponentName(Name = "recurrent")]
    private readonly Linear _recurrent;

    [ComponentName(Name = "activation")]
    private readonly Activation _activation;

    public ElmanDirection(int inputs, int outputs, ActivationKind activation, bool backwards)
        : base(nameof(ElmanDirection))
    {
        _backwards = backwards;
        _input = Initialization.Linear(inputs, outputs);
        _recurrent = nn.Linear(outputs, outputs, hasBias: false);

        // Keeps the length of the state, so that neither it nor its gradient fades or grows at the start.
        nn.init.orthogonal_(_recurrent.weight!);
        _activation = new Activation(activation);
        RegisterComponents();
    }

    /// <summary>Rows by time [N, X] float to states by time [N, D] float, in the current dispose scope.</summary>
    public Tensor Run(Tensor rows, TimeOrder order)
    {
        var projected = _input.call(rows); // [N, D]
        var states = new Tensor[order.Times];
        Tensor? last = null;
        for (var step = 0; step < order.Times; step++)
        {
            var time = _backwards ? order.Times - 1 - step : step;
            last = _activation.call(Recur(order.At(projected, time), last, order.CountAt(time)));
            states[time] = last;
        }

        return cat(states, 0);
    }

    // Forwards, texts end and leave the last rows; backwards, they begin there, with no state before them.
    private Tensor Recur(Tensor input, Tensor? last, int count)
    {
        if (last is null)
        {
            return input;
        }

        var carried = _recurrent.call(last.size(0) > count ? last.narrow(0, 0, count) : last);
        var missing = count - carried.size(0);
        return missing == 0 ? input.Plus(carried) : input.Plus(cat([carried, zeros([missing, carried.size(1)], carried.dtype, carried.device)], 0));
    }
}
