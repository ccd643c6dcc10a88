using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Transformer;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class SelfAttentionTests
{
    [Theory]
    [InlineData(new[] { 4, 1, 6 })]
    [InlineData(new[] { 3, 3, 3 })]
    [InlineData(new[] { 1, 2, 3, 60, 200 })]
    [InlineData(new[] { 60, 1, 200, 3, 2 })]
    public void Attend_EqualsTheFormulaTextByText(int[] lengths)
    {
        foreach (var causal in new[] { false, true })
        {
            EqualsTheFormula(lengths, causal);
        }
    }

    [Theory]
    [InlineData(new[] { 1, 2, 3, 60, 200 }, false)]
    [InlineData(new[] { 1, 2, 3, 60, 200 }, true)]
    [InlineData(new[] { 60, 1, 200, 3, 2 }, false)]
    [InlineData(new[] { 60, 1, 200, 3, 2 }, true)]
    public void Groups_HaveValuesAndGradientsOfOnePaddedGroup(int[] lengths, bool causal)
    {
        using var scope = NewDisposeScope();
        using var attention = Create(causal);
        attention.to(float64);
        using var layout = new TokenLayout(lengths, CPU);
        var slopes = randn(layout.TotalTokens, TinyModels.Transformer.HiddenSize, float64);
        var drawn = randn_like(slopes);
        Assert.Equal(3, layout.Groups.Count);

        var grouped = Run(rows => attention.Attend(new TokenBatch(rows, layout)));
        var padded = Run(rows => InOneGroup(attention, rows, layout, causal));

        Assert.Equal(6, grouped.Length);
        foreach (var (one, other) in grouped.Zip(padded))
        {
            Assert.Equal(one.shape, other.shape);
            var difference = (one - other).abs().max().item<double>();
            Assert.True(difference < 1e-10, $"[{string.Join(", ", one.shape)}]: {difference}");
        }

        // Result, gradient of the rows, gradients of the weights.
        Tensor[] Run(Func<Tensor, Tensor> attend)
        {
            var rows = drawn.clone().requires_grad_();
            attention.zero_grad();
            var result = attend(rows);
            (result * slopes).sum().backward();
            return [result.detach(), rows.grad!, .. attention.parameters().Select(parameter => parameter.grad!.clone())];
        }
    }

    [Fact]
    public void TrainingSteps_LeaveNoTensorOfAGroupBehind()
    {
        using var attention = Create(causal: false);
        var growth = TensorGuard.Growth(10, () =>
        {
            using var scope = NewDisposeScope();
            using var layout = new TokenLayout([1, 2, 3, 60, 200], CPU);
            attention.Attend(new TokenBatch(randn(layout.TotalTokens, TinyModels.Transformer.HiddenSize), layout)).sum().backward();
            attention.zero_grad();
        });

        Assert.Equal(0, growth);
    }

    private static SelfAttention Create(bool causal)
    {
        var attention = new SelfAttention(TinyModels.Transformer with { Dropout = 0, Causal = causal });
        attention.eval();
        return attention;
    }

    // Every text padded to the longest of all.
    private static Tensor InOneGroup(SelfAttention attention, Tensor rows, TokenLayout layout, bool causal)
    {
        var weights = attention.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        var heads = TinyModels.Transformer.Heads;
        var qkv = TokenBatch.Pad(nn.functional.linear(rows, weights["qkv.weight"], weights["qkv.bias"]), layout)
            .view(layout.Count, layout.MaxLength, 3, heads, -1).permute(2, 0, 3, 1, 4);
        var mask = causal ? null : layout.Mask.view(layout.Count, 1, 1, layout.MaxLength);
        var mixed = nn.functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], mask, 0, causal).transpose(1, 2).flatten(2);
        return nn.functional.linear(TokenBatch.Unpad(mixed, layout), weights["output.weight"], weights["output.bias"]);
    }

    private static void EqualsTheFormula(int[] lengths, bool causal)
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Transformer;
        using var attention = Create(causal);
        var weights = attention.state_dict();
        using var layout = new TokenLayout(lengths, CPU);
        var rows = randn(layout.TotalTokens, config.HiddenSize) * 5;

        var actual = attention.Attend(new TokenBatch(rows, layout));

        for (var text = 0; text < layout.Count; text++)
        {
            var own = rows.narrow(0, layout.Offsets[text], layout.Lengths[text]);
            var qkv = (own.matmul(weights["qkv.weight"].t()) + weights["qkv.bias"]).chunk(3, 1);
            var heads = Enumerable.Range(0, config.Heads).Select(head =>
            {
                var width = config.HiddenSize / config.Heads;
                var (q, k, v) = (Slice(qkv[0]), Slice(qkv[1]), Slice(qkv[2]));
                var scores = q.matmul(k.t()) / Math.Sqrt(width);
                return (causal ? scores.masked_fill(ones_like(scores).triu(1).to(@bool), float.NegativeInfinity) : scores).softmax(1).matmul(v);

                Tensor Slice(Tensor all) => all.narrow(1, head * width, width);
            });
            var expected = cat(heads.ToList(), 1).matmul(weights["output.weight"].t()) + weights["output.bias"];
            var difference = (actual.narrow(0, layout.Offsets[text], layout.Lengths[text]) - expected).abs().max().item<float>();
            Assert.True(difference < 1e-5, $"causal {causal}, text {text}: {difference}");
        }
    }
}
