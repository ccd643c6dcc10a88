using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

/// <summary>An encoder that does not learn, in a classifier that does.</summary>
public sealed class FrozenEncoderTests
{
    public static TheoryData<string> Encoders => [.. Combinations.All.Select(kinds => kinds.Encoder).Distinct()];

    [Theory]
    [MemberData(nameof(Encoders))]
    public void EverythingButTheEncoder_HasAGradient(string encoder)
    {
        using var classifier = Create(encoder, headDropout: 0.1);
        using var scope = NewDisposeScope();

        classifier.Forward(PackedTokens.Pack(TinyModels.Texts(7, 9, 8)), CPU, 2)
            .Select(logits => nn.functional.cross_entropy(logits, tensor(new long[] { 0, 1, 2 })))
            .Aggregate((sum, loss) => sum + loss)
            .backward();

        Assert.All(classifier.named_parameters(), pair =>
        {
            var gradient = pair.parameter.grad;
            Assert.Equal(pair.name.StartsWith("encoder.", StringComparison.Ordinal), gradient is null);
            Assert.True(gradient is null || gradient.abs().max().item<float>() > 0, pair.name);
        });
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void InTraining_TheFeaturesAreThoseOfServing(string encoder)
    {
        using var classifier = Create(encoder, headDropout: 0);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var tokens = PackedTokens.Pack(TinyModels.Texts(7, 9, 8));

        var training = classifier.Forward(tokens, CPU, 2);
        classifier.eval();
        var serving = classifier.Forward(tokens, CPU, 2);
        classifier.train();
        var again = classifier.Forward(tokens, CPU, 2);

        for (var round = 0; round <= 2; round++)
        {
            Assert.Equal(serving[round].data<float>().ToArray(), training[round].data<float>().ToArray());
            Assert.Equal(serving[round].data<float>().ToArray(), again[round].data<float>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void FrozenBlocks_HaveNoGradientAndNothingRandom_AllOthersHave(string encoder)
    {
        using var classifier = Create(encoder, headDropout: 0);
        var layers = classifier.Encoder.LayerCount;
        for (var blocks = 0; blocks <= layers + 1; blocks++)
        {
            classifier.FreezeBlocks(blocks);
            using var scope = NewDisposeScope();
            var tokens = PackedTokens.Pack(TinyModels.Texts(7, 9, 8));
            classifier.zero_grad();

            classifier.Forward(tokens, CPU, 0)[0].square().sum().backward();
            var outputs = Enumerable.Range(0, 6).Select(_ => classifier.Forward(tokens, CPU, 0)[0].data<float>().ToArray()).ToList();

            Assert.All(classifier.Encoder.named_parameters(), pair => Assert.True(pair.parameter.requires_grad == (classifier.Encoder.BlockOf(pair.name) >= blocks), pair.name));
            Assert.Equal(blocks <= layers, outputs.Any(output => !output.SequenceEqual(outputs[0])));
            Assert.Equal(blocks > layers, classifier.IsEncoderFrozen);
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void FrozenBlocks_GiveInTrainingTheStatesOfServing(string encoder)
    {
        using var classifier = Create(encoder, headDropout: 0);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        classifier.FreezeBlocks(2);
        var tokens = PackedTokens.Pack(TinyModels.Texts(7, 9, 8));
        float[] States()
        {
            using var layout = new TokenLayout(tokens.Lengths, CPU);
            return classifier.Encoder.Encode(classifier.Encoder.Embed(classifier.Encoder.Thin(tokens), layout), 0, 1).Rows.data<float>().ToArray();
        }

        classifier.train();
        var training = States();
        classifier.eval();

        Assert.Equal(States(), training);
    }

    [Fact]
    public void WithAnAdapter_ThereIsNothingToFreeze()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer) with { Adapter = new LoraConfig() });

        Assert.Throws<InvalidOperationException>(classifier.FreezeEncoder);
    }

    private static TextClassifier Create(string encoder, double headDropout)
    {
        manual_seed(12);
        var shape = Combinations.Encoder(encoder) with { Dropout = 0.3 };
        var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(shape is MlpEncoderConfig mlp ? mlp with { RowDropout = 0.3 } : shape, initialScale: 0.3) with
        {
            HeadDropout = headDropout,
            Pooling = PoolingKind.AttentionMax,
        });
        TinyModels.Shake(classifier);
        classifier.FreezeEncoder();
        return classifier;
    }
}
