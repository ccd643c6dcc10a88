using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders.Mlp;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Inference;

public sealed class OcclusionTests
{
    private const int Buckets = 4096;

    [Fact]
    public void TheWordThatDecides_HasTheGreatestWeight()
    {
        using var sut = Deciding("terrible");
        var input = new TextInput("the apples were terrible, but red");

        var weights = Weights(sut, input, out var units);

        var heaviest = units[Array.IndexOf(weights, weights.Max())];
        Assert.Equal("terrible", input.Text[heaviest.Start..heaviest.End]);
        Assert.True(weights.Max() > 0.3f, $"{weights.Max()}");
        Assert.Equal(7, weights.Length);
    }

    [Fact]
    public void AWordThatSpeaksAgainst_HasANegativeWeight()
    {
        using var sut = Deciding("terrible");

        // Both words tell as much; the tie goes to the first label.
        var weights = Weights(sut, new TextInput("terrible lovely"), out _);

        Assert.True(weights[0] > 0.3f, $"{weights[0]}");
        Assert.True(weights[1] < -0.3f, $"{weights[1]}");
    }

    [Fact]
    public void Weights_AreDropsOfSinglePredictions()
    {
        var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5));
        TinyModels.Shake(classifier);
        using var sut = new Predictor(new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }), new TorchBackend(classifier, CPU));
        var input = new TextInput("red green", "blue sky");

        var weights = Weights(sut, input, out var units);

        TextInput[] shortened = [new("  green", "blue sky"), new("red  ", "blue sky"), new("red green", "  sky"), new("red green", "blue  ")];
        Assert.Equal(4, units.Count);
        var whole = One(sut, input);
        var best = Array.IndexOf(whole.Probabilities, whole.Probabilities.Max());
        for (var unit = 0; unit < units.Count; unit++)
        {
            // 1e-6: sums of a batch run in another order than those of a single text.
            Assert.Equal(whole.Probabilities[best] - One(sut, shortened[unit]).Probabilities[best], weights[unit], 1e-6f);
        }
    }

    [Fact]
    public void TheOnlyWord_IsWeighedAgainstTheEmptyText()
    {
        using var sut = Deciding("terrible");

        var weight = Assert.Single(Weights(sut, new TextInput("terrible"), out _));

        Assert.True(weight > 0.3f, $"{weight}");
    }

    [Theory]
    [InlineData(10, 0, 256, 10)]
    [InlineData(10, 0, 4, 4)]
    [InlineData(10, 0, 6, 5)]
    [InlineData(9, 1, 2, 2)]
    [InlineData(5, 5, 4, 4)]
    [InlineData(1, 7, 3, 3)]
    public void TooManyWords_AreJoinedWithTheirNeighbours_NeverAcrossThePair(int first, int second, int most, int expected)
    {
        var input = new TextInput(Words(first), second == 0 ? null : Words(second));

        var units = Occlusion.Units(input, new TextReading(1, 1), most);

        Assert.Equal(expected, units.Count);
        Assert.Equal((first, second), (Count(input.Text, pair: false), Count(input.TextPair ?? "", pair: true)));

        static string Words(int count) => string.Join(' ', Enumerable.Repeat("word", count));
        int Count(string text, bool pair) => units.Where(unit => unit.Pair == pair).Sum(unit => text[unit.Start..unit.End].Split(' ').Length);
    }

    [Fact]
    public void WhatTheModelHasNotRead_IsNotLeftOut()
    {
        var tokenizer = new HashedNgramTokenizer(new HashedNgramConfig { Buckets = Buckets, WordMax = 1, CharacterMax = 0 });
        var input = new TextInput("one two three four five six");
        var read = tokenizer.Encode(input, maxTokens: 4, withSpans: true);

        Assert.Equal(4, Occlusion.Units(input, read.Reading, 256).Count);
    }

    private static Prediction One(Predictor sut, TextInput input) => sut.Predict([sut.Tokenize(input)], PredictionOptions.Default)[0];

    private static float[] Weights(Predictor sut, TextInput input, out IReadOnlyList<TokenSpan> units)
    {
        var read = sut.Tokenize(input, withSpans: true);
        units = Occlusion.Units(input, read.Reading, 256);
        var answers = sut.Predict([read, .. units.Select(unit => sut.Tokenize(Occlusion.Without(input, unit)))], PredictionOptions.Default);
        return [.. answers.Skip(1).Select(answer => Occlusion.Weight(answers[0], answer))];
    }

    /// <summary>A bag of single words in which one word tells for the first label, "lovely" for the second, and others for none.</summary>
    private static Predictor Deciding(string word)
    {
        var tokenizer = new HashedNgramTokenizer(new HashedNgramConfig { Buckets = Buckets, WordMax = 1, CharacterMax = 0 });
        var classifier = ClassifierFactory.Create(TinyModels.Plain(new MlpEncoderConfig { HiddenSize = 4, Layers = 0, Buckets = Buckets }, PoolingKind.Mean));
        using (no_grad())
        {
            using var scope = NewDisposeScope();
            var (table, head) = (((MlpEncoder)classifier.Encoder).EmbeddingWeight, classifier.state_dict()["head.projection.weight"]);
            table.zero_();
            head.zero_();
            table[Id(word), 0] = tensor(12f);
            table[Id("lovely"), 1] = tensor(12f);
            head[0, 0] = tensor(1f);
            head[1, 1] = tensor(1f);
        }

        return new Predictor(tokenizer, new TorchBackend(classifier, CPU));

        int Id(string one) => tokenizer.Encode(new TextInput(one), 16).Ids[0];
    }
}
