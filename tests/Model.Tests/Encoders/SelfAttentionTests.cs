using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Transformer;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class SelfAttentionTests
{
    [Theory]
    [InlineData(4, 1, 6)]
    [InlineData(3, 3, 3)]
    public void Attend_EqualsTheFormulaTextByText(int first, int second, int third)
    {
        using var scope = NewDisposeScope();
        var config = TinyModels.Transformer with { Dropout = 0 };
        using var attention = new SelfAttention(config);
        attention.eval();
        var weights = attention.state_dict();
        using var layout = new TokenLayout([first, second, third], CPU);
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
                return (q.matmul(k.t()) / Math.Sqrt(width)).softmax(1).matmul(v);

                Tensor Slice(Tensor all) => all.narrow(1, head * width, width);
            });
            var expected = cat(heads.ToList(), 1).matmul(weights["output.weight"].t()) + weights["output.bias"];
            var difference = (actual.narrow(0, layout.Offsets[text], layout.Lengths[text]) - expected).abs().max().item<float>();
            Assert.True(difference < 1e-5, $"text {text}: {difference}");
        }
    }
}
