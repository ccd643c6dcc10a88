using FeedbackService.Model.Activations;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>The equation of one batch, h_t = f(a_t + W·h_{t−1} + V·h_{t+1}), and the sweeps that solve it. All rows are by time; every result is in the current dispose scope.</summary>
/// <param name="Inputs">a = U·x + b. [N, D] float.</param>
/// <param name="Past">W. [D, D] float.</param>
/// <param name="Future">V. [D, D] float.</param>
/// <param name="Activation">f.</param>
/// <param name="Order">Which rows are of which time and text.</param>
internal sealed record BifnnSystem(Tensor Inputs, Tensor Past, Tensor Future, Activation Activation, TimeOrder Order)
{
    /// <summary>The sweep of that number.</summary>
    /// <param name="states">h. [N, D] float; null for 0 everywhere.</param>
    /// <param name="kind">How to sweep.</param>
    /// <param name="number">From 0: alternating sweeps run forwards when it is even.</param>
    public Tensor Sweep(Tensor? states, SweepOrder kind, int number) => kind == SweepOrder.Jacobi ? Renew(states)
        : number % 2 == 0 ? Recurrence.Run(Plus(Inputs, states, Future, Order.Next), Past, Activation, Order, backwards: false)
        : Recurrence.Run(Plus(Inputs, states, Past, Order.Previous), Future, Activation, Order, backwards: true);

    /// <summary>All states anew from the old ones: F(h).</summary>
    public Tensor Renew(Tensor? states) => Activation.call(Arguments(states));

    /// <summary>What f is applied to: a_t + W·h_{t−1} + V·h_{t+1}.</summary>
    public Tensor Arguments(Tensor? states) => Plus(Plus(Inputs, states, Past, Order.Previous), states, Future, Order.Next);

    /// <summary>The rows that <paramref name="index"/> names, and 0 where it names none (N). [N, D] → [N, D].</summary>
    public static Tensor Shift(Tensor rows, Tensor index) =>
        cat([rows, zeros([1, rows.size(1)], rows.dtype, rows.device)], 0).index_select(0, index);

    private static Tensor Plus(Tensor inputs, Tensor? states, Tensor weight, Tensor index) =>
        states is null ? inputs : inputs.Plus(Shift(states.matmul(weight.t()), index));
}
