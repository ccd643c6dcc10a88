using FeedbackService.Model.Classification;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Inference;

/// <summary>Texts that come and go between rounds get the answers that they get alone.</summary>
public sealed class PredictionRunTests : IDisposable
{
    private static readonly string[] Texts = ["red", "green apples are not blue", "blue blue sky", "!!!", "新闻 red"];

    private readonly Predictor _predictor = NewPredictor();

    public void Dispose() => _predictor.Dispose();

    [Fact]
    public void TextsThatJoinInBetween_AreAnsweredAsAlone()
    {
        using var sut = _predictor.Start<int>();
        var answers = new Dictionary<int, Prediction>();
        var options = new PredictionOptions { WithTrace = true };
        var left = new List<int>();
        for (var tick = 0; tick < Texts.Length + 2; tick++)
        {
            if (tick < Texts.Length)
            {
                sut.Add([(tick, Tokens(tick), options)]);
            }

            foreach (var (text, prediction) in sut.Advance())
            {
                answers.Add(text, prediction);
                left.Add(text);
            }
        }

        Assert.Equal([0, 1, 2, 3, 4], left);
        Assert.Equal((0, 0), (sut.Count, sut.Tokens));
        for (var text = 0; text < Texts.Length; text++)
        {
            var alone = Assert.Single(_predictor.Predict([Tokens(text)], options));
            Assert.Equal((alone.Rounds, alone.Exit), (answers[text].Rounds, answers[text].Exit));
            Assert.All(alone.Trace!.Zip(answers[text].Trace!), round =>
            {
                Assert.Equal(round.First.Round, round.Second.Round);
                Assert.All(round.First.Probabilities.Zip(round.Second.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
                Assert.Equal(round.First.Attention is null, round.Second.Attention is null);
            });
        }
    }

    [Fact]
    public void SettledTexts_LeaveAtOnce_AndMakeRoom()
    {
        using var sut = _predictor.Start<string>();
        sut.Add([("short", Tokens(0), new PredictionOptions { MaxRounds = 0 }), ("long", Tokens(1), PredictionOptions.Default)]);
        Assert.Equal((2, Tokens(0).Ids.Length + Tokens(1).Ids.Length), (sut.Count, sut.Tokens));

        Assert.Equal("short", Assert.Single(sut.Advance()).Key);
        Assert.Equal((1, Tokens(1).Ids.Length), (sut.Count, sut.Tokens));
        Assert.Empty(sut.Advance());
        Assert.Equal("long", Assert.Single(sut.Advance()).Key);
    }

    [Fact]
    public void DroppedTexts_AreNotAnswered_AndOthersAreAsBefore()
    {
        using var sut = _predictor.Start<int>();
        sut.Add([(0, Tokens(0), PredictionOptions.Default), (1, Tokens(1), PredictionOptions.Default)]);
        sut.Advance();
        sut.Add([(2, Tokens(2), PredictionOptions.Default)]);

        Assert.Equal([0, 2], sut.Drop(text => text != 1));
        Assert.Equal([1], sut.Keys);
        Assert.Empty(sut.Advance());
        var (text, prediction) = Assert.Single(sut.Advance());
        Assert.Equal(1, text);
        Assert.All(_predictor.Predict([Tokens(1)], PredictionOptions.Default)[0].Logits.Zip(prediction.Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void TextsThatJoinTogether_StandInOrderOfLength_BehindThoseUnderWay()
    {
        using var sut = _predictor.Start<int>();
        sut.Add([.. Enumerable.Range(0, Texts.Length).Select(text => (text, Tokens(text), PredictionOptions.Default))]);
        sut.Advance();
        sut.Add([(5, Tokens(1), PredictionOptions.Default), (6, Tokens(0), PredictionOptions.Default), (7, Tokens(0), PredictionOptions.Default)]);

        var ordered = Enumerable.Range(0, Texts.Length).OrderBy(text => Tokens(text).Ids.Length).ToArray();
        Assert.NotEqual(Enumerable.Range(0, Texts.Length), ordered);
        Assert.Equal([.. ordered, 6, 7, 5], sut.Keys);
        sut.Advance();
        Assert.Equal(ordered, sut.Advance().Select(answer => answer.Key));
    }

    [Fact]
    public void OptionOutOfRange_LetsNothingJoin()
    {
        using var sut = _predictor.Start<int>();

        Assert.Throws<ArgumentOutOfRangeException>(() => sut.Add([(0, Tokens(0), PredictionOptions.Default), (1, Tokens(1), new PredictionOptions { MaxRounds = -1 })]));
        Assert.Equal(0, sut.Count);
    }

    private TokenizedText Tokens(int text) => _predictor.Tokenize(new TextInput(Texts[text]));

    private static Predictor NewPredictor()
    {
        manual_seed(4);
        var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5));
        TinyModels.Shake(classifier);
        return new Predictor(new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }), new TorchBackend(classifier, CPU));
    }
}
