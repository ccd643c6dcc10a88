using FeedbackService.Model.Activations;
using FeedbackService.Model.Numerics;
using static TorchSharp.torch;

namespace FeedbackService.Model.Encoders.Recurrent;

/// <summary>The loop that all simple recurrences share: h_t = f(a_t + U·h_{t±1}), one time after the other.</summary>
internal static class Recurrence
{
    /// <summary>Runs over all times, from a state of 0.</summary>
    /// <param name="inputs">a. Rows by time [N, D] float.</param>
    /// <param name="weight">U. [D, D] float.</param>
    /// <param name="activation">f.</param>
    /// <param name="order">Which rows are of which time.</param>
    /// <param name="backwards">From the last token to the first.</param>
    /// <returns>States by time [N, D] float, in the current dispose scope.</returns>
    public static Tensor Run(Tensor inputs, Tensor weight, Activation activation, TimeOrder order, bool backwards)
    {
        var states = new Tensor[order.Times];
        var turned = weight.t();
        Tensor? last = null;
        for (var step = 0; step < order.Times; step++)
        {
            var time = backwards ? order.Times - 1 - step : step;
            last = activation.call(Recur(order.At(inputs, time), turned, last, order.CountAt(time)));
            states[time] = last;
        }

        return cat(states, 0);
    }

    // Forwards, texts end and leave the last rows; backwards, they begin there, with no state before them.
    private static Tensor Recur(Tensor input, Tensor turned, Tensor? last, int count)
    {
        if (last is null)
        {
            return input;
        }

        var carried = (last.size(0) > count ? last.narrow(0, 0, count) : last).matmul(turned);
        var missing = count - carried.size(0);
        return missing == 0 ? input.Plus(carried) : input.Plus(cat([carried, zeros([missing, carried.size(1)], carried.dtype, carried.device)], 0));
    }
}
