using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Encoders.Transformer;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class TransformerEncoderTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void StatesBetweenLayers_AreKeptOnlyForAGradient(bool withoutGradient, int kept)
    {
        using var encoder = new TransformerEncoder(TinyModels.Transformer with { Layers = 3, Norm = NormPlacement.Post });
        encoder.eval();
        using var scope = NewDisposeScope();
        using var mode = withoutGradient ? no_grad() : null;
        var tokens = PackedTokens.Pack(TinyModels.Texts(3, 1));
        using var layout = new TokenLayout(tokens.Lengths, CPU);
        var states = encoder.Embed(tokens, layout);

        // The layout makes its own tensors when they are first asked for.
        encoder.Encode(states, 0, 3);
        var before = Tensor.TotalCount;

        var end = encoder.Encode(states, 0, 3);

        Assert.Equal(before + kept, Tensor.TotalCount);
        Assert.False(states.Rows.IsInvalid);
        Assert.False(end.Rows.IsInvalid);
    }
}
