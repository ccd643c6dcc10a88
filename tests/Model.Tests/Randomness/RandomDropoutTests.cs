using FeedbackService.Model.Randomness;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Randomness;

public sealed class RandomDropoutTests
{
    [Fact]
    public void Training_ScalesWhatItKeeps_AndPassesGradientsThroughThatAlone()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        var input = randn([50, 20], requires_grad: true);
        using var dropout = new RandomDropout(0.4);

        var output = dropout.call(input);
        output.sum().backward();

        var mask = input.grad!;
        Assert.True(output.Equals(input * mask));

        // Four standard deviations of a binomial of 1,000 draws.
        Assert.InRange(mask.eq(0).sum().item<long>(), 1000 * 0.4 - 62, 1000 * 0.4 + 62);
        Assert.True((mask.eq(0) | mask.eq(tensor((float)(1 / 0.6)))).all().item<bool>());
    }

    [Fact]
    public void Evaluation_AndNoProbability_ChangeAndDrawNothing()
    {
        using var scope = NewDisposeScope();
        var input = randn(50, 20);
        using var quiet = new RandomDropout(0.4);
        quiet.eval();
        using var never = new RandomDropout(0);
        manual_seed(1);
        var expected = rand(4);
        manual_seed(1);

        var outputs = new[] { quiet.call(input), never.call(input) };

        Assert.All(outputs, output => Assert.True(output.Equals(input)));
        Assert.All(outputs, output => Assert.NotEqual(input.Handle, output.Handle));
        Assert.True(rand(4).Equals(expected));
    }

    [Fact]
    public void ASeed_StandsForTheMasks_OfWhateverCallAndThreads()
    {
        using var scope = NewDisposeScope();
        var input = ones(1000, 300);
        var first = WithThreads(1);
        var again = WithThreads(4);

        Assert.False(first[0].Equals(first[1]));
        Assert.True(first[0].Equals(again[0]) && first[1].Equals(again[1]));

        Tensor[] WithThreads(int threads)
        {
            var before = get_num_threads();
            set_num_threads(threads);
            try
            {
                manual_seed(8);
                return [RandomDropout.Apply(input, 0.5), RandomDropout.Apply(input, 0.5)];
            }
            finally
            {
                set_num_threads(before);
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.BFloat16)]
    public void OtherNumbers_StayWhatTheyAre(ScalarType dtype)
    {
        using var scope = NewDisposeScope();

        var output = RandomDropout.Apply(ones([40, 40], dtype), 0.5);

        Assert.Equal(dtype, output.dtype);
        Assert.True((output.eq(0) | output.eq(2)).all().item<bool>());
    }
}
