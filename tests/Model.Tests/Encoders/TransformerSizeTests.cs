using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders.Transformer;

namespace FeedbackService.Model.Tests.Encoders;

public sealed class TransformerSizeTests
{
    // Seed item 2-10: six layers of 256 with eight heads and an inner width of 512 over 10,000 tokens, and a head for four labels instead of one per token.
    [Fact]
    public void SeedsNetwork_HasTheCorrectedNumberOfParameters()
    {
        const int tokens = 10_000;
        var config = new TransformerEncoderConfig { HiddenSize = 256, Layers = 6, Heads = 8, IntermediateSize = 512, VocabularySize = tokens, MaxPositions = 128 };
        using var layer = new TransformerLayer(config);
        var ofLayer = layer.parameters().Sum(parameter => parameter.numel());
        Assert.Equal(5_723_652, (tokens * 256) + (6 * ofLayer) + (4 * 256) + 4);
        Assert.Equal(8_292_624, (tokens * 256) + (6 * ofLayer) + (tokens * 256) + tokens);
    }
}
