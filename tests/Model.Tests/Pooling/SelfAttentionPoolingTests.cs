using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Pooling;
using FeedbackService.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Pooling;

public sealed class SelfAttentionPoolingTests
{
    private const int Hidden = 3;
    private const int Size = 2;

    // Two texts of three rows and one.
    private static readonly float[] Rows = [1, -2, 0.5f, 3, 4, -1, -5, 0.25f, 2, -1, -2, -3];

    [Theory]
    [InlineData(PoolingKind.Attention)]
    [InlineData(PoolingKind.AttentionMax)]
    [InlineData(PoolingKind.AttentionSqrtNMax)]
    public void Pool_IsTheMeanWeighedByTheFormula(PoolingKind kind)
    {
        using var scope = NewDisposeScope();
        using var module = Create(kind);
        using var layout = new TokenLayout([3, 1], CPU);

        var pooled = module.Pool(new TokenBatch(tensor(Rows, [4, Hidden]), layout)).data<float>().ToArray();

        var weights = Weights(module, Rows[..9]);
        var factor = kind == PoolingKind.AttentionSqrtNMax ? Math.Sqrt(3) : 1;
        var expected = Enumerable.Range(0, Hidden).Select(feature => factor * Enumerable.Range(0, 3).Sum(row => weights[row] * Rows[(row * Hidden) + feature])).ToList();
        if (kind != PoolingKind.Attention)
        {
            expected.AddRange([3, 4, 2]);
        }

        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.All(expected.Zip(pooled), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(kind == PoolingKind.Attention ? [-1, -2, -3] : [-1, -2, -3, -1, -2, -3], pooled[expected.Count..]);
    }

    [Theory]
    [InlineData(PoolingKind.Attention, PoolingKind.Mean)]
    [InlineData(PoolingKind.AttentionMax, PoolingKind.MeanMax)]
    [InlineData(PoolingKind.AttentionSqrtNMax, PoolingKind.SqrtNMax)]
    public void AtTheStart_ItIsThePoolingItRefines(PoolingKind kind, PoolingKind refined)
    {
        using var scope = NewDisposeScope();
        using var module = new SelfAttentionPooling(Hidden, Size, kind);
        using var layout = new TokenLayout([3, 1], CPU);
        var states = new TokenBatch(tensor(Rows, [4, Hidden]), layout);

        var difference = module.Pool(states) - TokenPooling.Pool(states, refined);

        Assert.InRange(difference.abs().max().item<float>(), 0, 1e-6f);
    }

    [Theory]
    [InlineData(PoolingKind.Attention)]
    [InlineData(PoolingKind.AttentionMax)]
    [InlineData(PoolingKind.AttentionSqrtNMax)]
    public void Gradients_AreThoseOfFiniteDifferences(PoolingKind kind)
    {
        using var scope = NewDisposeScope();
        using var module = Create(kind);
        module.to(ScalarType.Float64);
        using var layout = new TokenLayout([3, 1], CPU);
        var rows = tensor(Array.ConvertAll(Rows, value => (double)value), [4, Hidden], requires_grad: true);
        var direction = tensor(Enumerable.Range(1, 2 * module.Width).Select(index => Math.Sin(index)).ToArray(), [2, module.Width]);
        Tensor Value() => (module.Pool(new TokenBatch(rows, layout)) * direction).sum();

        Value().backward();

        foreach (var parameter in module.parameters().Append(rows))
        {
            var gradient = parameter.grad!.data<double>().ToArray();
            for (var place = 0; place < gradient.Length; place++)
            {
                const double Step = 1e-6;
                using var mode = no_grad();
                var flat = parameter.view(-1);
                var start = flat[place].item<double>();
                flat[place] = tensor(start + Step);
                var above = Value().item<double>();
                flat[place] = tensor(start - Step);
                var below = Value().item<double>();
                flat[place] = tensor(start);
                Assert.Equal((above - below) / (2 * Step), gradient[place], 1e-6);
            }
        }
    }

    private static SelfAttentionPooling Create(PoolingKind kind)
    {
        manual_seed(5);
        var module = new SelfAttentionPooling(Hidden, Size, kind);
        TinyModels.Shake(module);
        return module;
    }

    // In double precision, row by row, from the paper's equation.
    private static double[] Weights(SelfAttentionPooling module, float[] rows)
    {
        var state = module.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.data<float>().ToArray());
        var scores = rows.Chunk(Hidden).Select(row => Enumerable.Range(0, Size).Sum(unit => state["score.weight"][unit]
            * Math.Tanh(state["projection.bias"][unit] + Enumerable.Range(0, Hidden).Sum(feature => (double)state["projection.weight"][(unit * Hidden) + feature] * row[feature])))).ToArray();
        var sum = scores.Sum(Math.Exp);
        return Array.ConvertAll(scores, score => Math.Exp(score) / sum);
    }
}
