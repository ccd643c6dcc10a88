using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Randomness;

/// <summary>
/// Dropout (Srivastava et al. 2014): in training each element is 0 with a probability and else 1 / (1 − probability) of what it was; in evaluation nothing changes.
/// </summary>
/// <remarks>
/// libtorch's own draws one number after the other on AMD's processors, and all other threads wait for it. Here its generator gives a key and <see cref="DropoutMask"/> the rest, so that a
/// seed still stands for all that is random. Other devices than the CPU draw as libtorch does.
/// </remarks>
internal sealed class RandomDropout(double probability) : nn.Module<Tensor, Tensor>(nameof(RandomDropout))
{
    /// <summary>[…] float to […] float under a new handle, in training and in evaluation.</summary>
    public override Tensor forward(Tensor input) => training ? Apply(input, probability) : input.alias();

    /// <summary>What dropout does in training.</summary>
    /// <param name="input">[…] float.</param>
    /// <param name="probability">Of a zero; 0 or more, below 1. With 0 nothing is drawn.</param>
    /// <returns>The same shape and dtype under a new handle.</returns>
    public static Tensor Apply(Tensor input, double probability)
    {
        if (probability == 0)
        {
            return input.alias();
        }

        if (input.device_type != DeviceType.CPU)
        {
            return nn.functional.dropout(input, probability, training: true);
        }

        using var scope = NewDisposeScope();
        var key = randint(long.MaxValue, [1], int64, CPU).item<long>();
        return (input * DropoutMask.Create((ulong)key, input.shape, probability).to(input.dtype)).MoveToOuterDisposeScope();
    }
}
