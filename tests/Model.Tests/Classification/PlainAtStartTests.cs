using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public sealed class PlainAtStartTests
{
    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void EveryRound_EqualsThePlainClassifierBitForBit(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        var config = Combinations.Encoder(encoder);
        manual_seed(7);
        using var plain = ClassifierFactory.Create(TinyModels.Plain(config));
        manual_seed(7);
        using var looped = ClassifierFactory.Create(TinyModels.WithFeedback(config, feedback, fusion));

        manual_seed(8);
        TinyModels.Shake(plain.Encoder);
        manual_seed(8);
        TinyModels.Shake(looped.Encoder);

        AssertAllRoundsEqual(plain, looped);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryRound_EqualsThePlainClassifier_AtEveryReentryLayer(int layer)
    {
        manual_seed(7);
        using var plain = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Transformer));
        manual_seed(7);
        var config = TinyModels.WithFeedback(TinyModels.Transformer);
        using var looped = ClassifierFactory.Create(config with { Feedback = config.Feedback! with { ReentryLayer = layer } });

        AssertAllRoundsEqual(plain, looped);
    }

    [Fact]
    public void RoundsDiffer_OnceTheScaleIsNotZero()
    {
        using var looped = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5));
        looped.eval();
        using var scope = NewDisposeScope();

        var rounds = looped.Forward(PackedTokens.Pack(TinyModels.Texts(5, 1, 9)), CPU, 2);

        Assert.True((rounds[1] - rounds[0]).abs().max().item<float>() > 1e-4);
        Assert.True((rounds[2] - rounds[1]).abs().max().item<float>() > 0);
    }

    [Fact]
    public void Replace_IsNotPlainAtTheStart()
    {
        var config = TinyModels.WithFeedback();
        using var replaced = ClassifierFactory.Create(config with { Feedback = config.Feedback! with { Inject = InjectKind.Replace } });
        replaced.eval();
        using var scope = NewDisposeScope();

        var rounds = replaced.Forward(PackedTokens.Pack(TinyModels.Texts(5, 1, 9)), CPU, 2);

        Assert.True((rounds[1] - rounds[0]).abs().max().item<float>() > 1e-4);
        Assert.DoesNotContain(replaced.named_parameters(), parameter => parameter.name.Contains("reentry", StringComparison.Ordinal));
    }

    private static void AssertAllRoundsEqual(TextClassifier plain, TextClassifier looped)
    {
        plain.eval();
        looped.eval();
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));
        var expected = plain.Forward(tokens, CPU, 0)[0];

        var rounds = looped.Forward(tokens, CPU, 2);

        Assert.Equal(3, rounds.Count);
        Assert.All(rounds, logits => Assert.Equal(0.0f, (logits - expected).abs().max().item<float>()));
    }
}
