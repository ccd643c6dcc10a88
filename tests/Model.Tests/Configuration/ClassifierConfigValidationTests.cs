using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;

namespace FeedbackService.Model.Tests.Configuration;

public sealed class ClassifierConfigValidationTests
{
    public static TheoryData<string, ClassifierConfig> Faulty => new()
    {
        { "labels has 1 entries", TinyModels.Plain() with { Labels = ["only"] } },
        { "labels are not distinct: 'a'", TinyModels.Plain() with { Labels = ["a", "b", "a"] } },
        { "head is graded, but labels are no grades: The label 'red' is not a number.", TinyModels.Plain() with { Head = HeadKind.Graded } },
        { "not in the order of their numbers", TinyModels.Plain() with { Head = HeadKind.Graded, Labels = ["10", "2"] } },
        { "labels has an empty name", TinyModels.Plain() with { Labels = ["a", " "] } },
        { "HeadDropout is 1", TinyModels.Plain() with { HeadDropout = 1 } },
        { "HeadDropout is NaN", TinyModels.Plain() with { HeadDropout = double.NaN } },
        { "MaxTokens is 3", TinyModels.Plain() with { MaxTokens = 3 } },
        { "Pooling is 99", TinyModels.Plain(pooling: (PoolingKind)99) },
        { "config.PoolingSize is 0", TinyModels.Plain(pooling: PoolingKind.Attention) with { PoolingSize = 0 } },
        { "HiddenSize is 0", TinyModels.Plain(TinyModels.Mlp with { HiddenSize = 0 }) },
        { "Layers is -1", TinyModels.Plain(TinyModels.Mlp with { Layers = -1 }) },
        { "Layers is 0", TinyModels.Plain(TinyModels.Transformer with { Layers = 0 }) },
        { "Buckets is 0", TinyModels.Plain(TinyModels.Mlp with { Buckets = 0 }) },
        { "RowDropout is -0.1", TinyModels.Plain(TinyModels.Mlp with { RowDropout = -0.1 }) },
        { "Heads is 3; it must be a positive divisor of the hidden size 16", TinyModels.Plain(TinyModels.Transformer with { Heads = 3 }) },
        { "MaxPositions is 8, enough for 8 tokens, which is less than config.MaxTokens 32", TinyModels.Plain(TinyModels.Transformer with { MaxPositions = 8 }) },
        { "Rounds is 9", Loop(new FeedbackConfig { Rounds = 9 }) },
        { "ReentryLayer is 3", Loop(new FeedbackConfig { ReentryLayer = 3 }) },
        { "Heads is 5", Loop(new FeedbackConfig { Heads = 5 }) },
        { "SignalDropout is 1", Loop(new FeedbackConfig { SignalDropout = 1 }) },
        { "WrongPrediction is 1", Loop(new FeedbackConfig { WrongPrediction = 1 }) },
        { "BackpropRounds is 9", Loop(new FeedbackConfig { BackpropRounds = 9 }) },
        { "InitialScale is Infinity", Loop(new FeedbackConfig { InitialScale = double.PositiveInfinity }) },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Create_NamesTheFaultAndItsValue(string fault, ClassifierConfig config)
    {
        var failure = Assert.Throws<InvalidConfigurationException>(() => ClassifierFactory.Create(config));

        Assert.Contains(failure.Faults, sentence => sentence.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Create_NamesAllFaultsAtOnce()
    {
        var config = TinyModels.Plain(TinyModels.Mlp with { Buckets = 0, Dropout = 2 }) with { HeadDropout = -1 };

        var failure = Assert.Throws<InvalidConfigurationException>(() => ClassifierFactory.Create(config));

        Assert.Equal(3, failure.Faults.Count);
        Assert.All(failure.Faults, fault => Assert.Contains(fault, failure.Message, StringComparison.Ordinal));
    }

    private static ClassifierConfig Loop(FeedbackConfig feedback) => TinyModels.Plain() with { Feedback = feedback };
}
