using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Transformer;
using FeedbackService.Model.Numerics;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class AttentionWithDropoutTests
{
    // So small that nothing is dropped.
    private const double Never = 1e-12;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void WithoutLosses_ItIsTheAttentionOfLibtorch_AndItsGradient(bool masked, bool causal)
    {
        using var scope = NewDisposeScope();
        var mask = masked ? tensor(new[] { true, true, true, false, false, true, true, true, true, true }, [2, 1, 1, 5]) : null;
        var visible = causal ? ones([5, 5], ScalarType.Bool).tril() : null;
        var parts = Enumerable.Range(0, 3).Select(_ => randn([2, 3, 5, 4], requires_grad: true)).ToArray();
        var weights = randn(2, 3, 5, 4);

        var expected = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], mask is null ? visible : visible is null ? mask : mask & visible, 0, false);
        var expectedGradients = autograd.grad([(expected * weights).sum()], parts);
        var actual = AttentionWithDropout.Mix(parts[0], parts[1], parts[2], mask, causal, Never);
        var gradients = autograd.grad([(actual * weights).sum()], parts);

        Assert.True(actual.allclose(expected, 1e-5, 1e-6));
        Assert.All(gradients.Zip(expectedGradients), pair => Assert.True(pair.First.allclose(pair.Second, 1e-4, 1e-6)));
    }

    [Fact]
    public void ATrainingStep_DropsWeights_AndKeepsTheirMean()
    {
        const int Draws = 4000;
        using var scope = NewDisposeScope();
        var (queries, keys) = (randn(1, 2, 6, 4), randn(1, 2, 6, 4));
        var values = eye(6).expand(1, 2, 6, 6).contiguous();
        var whole = AttentionWithDropout.Mix(queries, keys, values, null, causal: false, Never);

        var dropped = AttentionWithDropout.Mix(queries, keys, values, null, causal: false, 0.25);
        var mean = zeros_like(whole);
        for (var draw = 0; draw < Draws; draw++)
        {
            using var inner = NewDisposeScope();
            mean.AddScaledInPlace(AttentionWithDropout.Mix(queries, keys, values, null, causal: false, 0.25), 1.0 / Draws);
        }

        // With the identity as values the output is the weights themselves.
        Assert.True((dropped.eq(0) | dropped.isclose(whole / 0.75, 1e-4, 1e-6)).all().item<bool>());

        // A weight w is 0 or w / 0.75, so its standard deviation is w·√(0.25 / 0.75), at most 0.58; of the mean of all draws 0.009.
        Assert.InRange((mean - whole).abs().max().item<float>(), 0, 5 * 0.0092f);
    }

    [Fact]
    public void Bfloat16_IsRoundedOnceOnly()
    {
        using var scope = NewDisposeScope();
        var parts = Enumerable.Range(0, 3).Select(_ => randn(2, 3, 40, 4).to(ScalarType.BFloat16)).ToArray();

        var expected = AttentionWithDropout.Mix(parts[0].to(float32), parts[1].to(float32), parts[2].to(float32), null, causal: false, Never);
        var actual = AttentionWithDropout.Mix(parts[0], parts[1], parts[2], null, causal: false, Never);

        Assert.True(actual.Equals(expected.to(ScalarType.BFloat16)));
    }

    [Fact]
    public void TheLayer_DropsInTrainingAlone()
    {
        using var scope = NewDisposeScope();
        using var attention = new SelfAttention(TinyModels.Transformer with { AttentionDropout = 0.5 });
        using var layout = new TokenLayout([3, 9], CPU);
        var states = new TokenBatch(randn(12, TinyModels.Transformer.HiddenSize), layout);

        Assert.False(attention.Attend(states).Equals(attention.Attend(states)));
        attention.eval();
        Assert.True(attention.Attend(states).Equals(attention.Attend(states)));
    }

    [Theory]
    [InlineData(false, new[] { 3, 9 })]
    [InlineData(false, new[] { 5, 5 })]
    [InlineData(true, new[] { 3, 9 })]
    [InlineData(true, new[] { 5, 5 })]
    public void TheLayer_WithoutLosses_SaysInTrainingWhatItSaysInEvaluation(bool causal, int[] lengths)
    {
        using var scope = NewDisposeScope();
        using var attention = new SelfAttention(TinyModels.Transformer with { AttentionDropout = Never, Causal = causal });
        using var layout = new TokenLayout(lengths, CPU);
        var states = new TokenBatch(randn(layout.TotalTokens, TinyModels.Transformer.HiddenSize) * 50, layout);

        var trained = attention.Attend(states);
        attention.eval();

        Assert.True(trained.allclose(attention.Attend(states), 1e-4, 1e-5));
    }
}
