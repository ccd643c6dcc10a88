using FeedbackService.Model.Encoders.Mlp;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class RowDropoutTests
{
    [Fact]
    public void Training_LeavesOutTheShareOfRows()
    {
        manual_seed(5);
        using var encoder = new MlpEncoder(TinyModels.Mlp with { RowDropout = 0.4 });
        var tokens = PackedTokens.Pack(TinyModels.Texts(2000, 2000));

        var thinned = encoder.Thin(tokens);

        // Four standard deviations of a binomial of 4,000 draws.
        Assert.InRange(thinned.TotalTokens, 2400 - 124, 2400 + 124);
        Assert.Equal(thinned.TotalTokens, thinned.Lengths.Sum());
    }

    [Fact]
    public void EveryText_KeepsARow()
    {
        using var encoder = new MlpEncoder(TinyModels.Mlp with { RowDropout = 0.99 });

        var thinned = encoder.Thin(PackedTokens.Pack(TinyModels.Texts(1, 3, 2, 1, 1, 4)));

        Assert.Equal(6, thinned.Count);
        Assert.All(thinned.Lengths, length => Assert.True(length >= 1));
    }

    [Fact]
    public void OneSeed_LeavesOutTheSameRows()
    {
        using var encoder = new MlpEncoder(TinyModels.Mlp with { RowDropout = 0.5 });
        var tokens = PackedTokens.Pack(TinyModels.Texts(30, 30));

        manual_seed(5);
        var first = encoder.Thin(tokens);
        manual_seed(5);
        var second = encoder.Thin(tokens);

        Assert.Equal(first.Ids, second.Ids);
    }

    [Fact]
    public void Evaluation_KeepsAllRows()
    {
        using var encoder = new MlpEncoder(TinyModels.Mlp with { RowDropout = 0.5 });
        encoder.eval();
        var tokens = PackedTokens.Pack(TinyModels.Texts(30));

        Assert.Same(tokens, encoder.Thin(tokens));
    }
}
