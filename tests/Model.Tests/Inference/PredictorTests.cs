using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Inference;

public sealed class PredictorTests
{
    private static readonly ClassifierConfig Config = TinyModels.WithFeedback(initialScale: 0.5);

    private static readonly string[] Texts = ["red", "green apples are not blue", "blue blue sky", "!!!", "新闻 red"];

    [Fact]
    public void Batch_EqualsSingle()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        var batch = sut.Predict(tokens, PredictionOptions.Default);
        for (var i = 0; i < tokens.Length; i++)
        {
            var single = Assert.Single(sut.Predict([tokens[i]], PredictionOptions.Default));
            Assert.All(batch[i].Logits.Zip(single.Logits), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.Equal(ExitReason.None, single.Exit);
            Assert.Equal(2, single.Rounds);
            Assert.Equal(1f, single.Probabilities.Sum(), 1e-5f);
            Assert.Null(single.Trace);
        }
    }

    [Fact]
    public void EachText_TakesItsOwnRounds()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        var everyRound = sut.Predict(tokens, new PredictionOptions { WithTrace = true });
        PredictionOptions[] options =
        [
            new() { MaxRounds = 1 }, new() { MaxRounds = 0 }, new() { MaxRounds = 99 }, new() { ExitThreshold = 1e-6 }, new() { ExitThreshold = 1 },
        ];

        var predictions = sut.Predict(tokens, options);

        Assert.Equal([1, 0, 2, 0, 2], predictions.Select(prediction => prediction.Rounds));
        Assert.Equal(
            [ExitReason.MaxRounds, ExitReason.MaxRounds, ExitReason.None, ExitReason.Settled, ExitReason.None],
            predictions.Select(prediction => prediction.Exit));
        for (var i = 0; i < tokens.Length; i++)
        {
            var expected = everyRound[i].Trace![predictions[i].Rounds].Probabilities;
            Assert.All(expected.Zip(predictions[i].Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Fact]
    public void Threshold_StopsAtTheFirstRoundThatReachesIt()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        var traces = sut.Predict(tokens, new PredictionOptions { WithTrace = true }).Select(prediction => prediction.Trace!).ToArray();
        var threshold = traces.SelectMany(trace => trace).Select(round => (double)round.Probabilities.Max()).Order().ElementAt(7);

        var predictions = sut.Predict(tokens, new PredictionOptions { ExitThreshold = threshold });

        for (var i = 0; i < tokens.Length; i++)
        {
            var first = traces[i].ToList().FindIndex(round => round.Probabilities.Max() >= threshold - 1e-6);
            Assert.Equal(first is -1 ? 2 : first, predictions[i].Rounds);
            Assert.Equal(first is 0 or 1 ? ExitReason.Settled : ExitReason.None, predictions[i].Exit);
        }
    }

    [Fact]
    public void Change_StopsAtTheFirstRoundThatRepeatsTheOneBefore()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        var traces = sut.Predict(tokens, new PredictionOptions { WithTrace = true }).Select(prediction => prediction.Trace!).ToArray();
        double Change(int text) => LabelProbabilities.Distance(traces[text][1].Probabilities, traces[text][0].Probabilities);
        bool SameLabel(int text) => traces[text].Take(2).Select(round => Array.IndexOf(round.Probabilities, round.Probabilities.Max())).Distinct().Count() == 1;
        var same = Enumerable.Range(0, tokens.Length).Where(SameLabel).OrderBy(Change).ToList();
        var change = (Change(same[0]) + Change(same[^1])) / 2;

        var predictions = sut.Predict(tokens, new PredictionOptions { ExitChange = change });

        Assert.Equal(
            Enumerable.Range(0, tokens.Length).Select(text => SameLabel(text) && Change(text) < change ? (1, ExitReason.Settled) : (2, ExitReason.None)),
            predictions.Select(prediction => (prediction.Rounds, prediction.Exit)));
        Assert.Equal(2, predictions.Select(prediction => prediction.Rounds).Distinct().Count());
    }

    [Fact]
    public void Trace_IsGivenToThoseWhoAsked_ForEveryRoundTaken()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        var predictions = sut.Predict([tokens[0], tokens[1]], [new() { WithTrace = true }, new()]);

        var trace = predictions[0].Trace!;
        Assert.Null(predictions[1].Trace);
        Assert.Equal([0, 1, 2], trace.Select(round => round.Round));
        Assert.Null(trace[0].Attention);
        Assert.Equal(tokens[0].Ids.Length, trace[1].Attention!.Length);
        Assert.Equal(1f, trace[1].Attention!.Sum(), 1e-4f);
        Assert.InRange(trace[1].GateMean!.Value, 0, 1);
        Assert.InRange(trace[2].Entropy, 0, Math.Log(3) + 1e-6);
        Assert.Equal(predictions[0].Probabilities, trace[2].Probabilities);
    }

    [Fact]
    public void Temperature_OfTheRoundTaken_IsApplied()
    {
        using var plain = CreateSut();
        using var warm = CreateSut(new Calibration([1.0, 1.0, 4.0]));
        var tokens = Tokenize(plain);
        var expected = plain.Predict(tokens, PredictionOptions.Default);
        var actual = warm.Predict(tokens, PredictionOptions.Default);
        for (var i = 0; i < tokens.Length; i++)
        {
            Assert.Equal(expected[i].Logits, actual[i].Logits);
            Assert.Equal(LabelProbabilities.Of(expected[i].Logits, HeadKind.SingleLabel, 4), actual[i].Probabilities);
        }
    }

    [Fact]
    public void TwoThousandPredictions_LeaveNoTensorBehind()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        PredictionOptions[] options = [new() { MaxRounds = 1 }, new() { WithTrace = true }, new(), new() { ExitThreshold = 0.4 }, new()];
        Assert.Equal(0, TensorGuard.Growth(400, () => sut.Predict(tokens, options)));
    }

    [Fact]
    public void OptionsOutOfRange_AreRefused()
    {
        using var sut = CreateSut();
        var tokens = Tokenize(sut);
        Assert.Throws<ArgumentException>(() => sut.Predict(tokens, [PredictionOptions.Default]));
        Assert.Throws<ArgumentOutOfRangeException>(() => sut.Predict(tokens, new PredictionOptions { MaxRounds = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => sut.Predict(tokens, new PredictionOptions { ExitThreshold = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => sut.Predict(tokens, new PredictionOptions { ExitThreshold = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => sut.Predict(tokens, new PredictionOptions { ExitChange = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => sut.Predict(tokens, new PredictionOptions { ExitChange = 2.01 }));
        Assert.Throws<ArgumentException>(() => sut.Predict([], PredictionOptions.Default));
    }

    private static TokenizedText[] Tokenize(Predictor predictor) => [.. Texts.Select(text => predictor.Tokenize(new TextInput(text)))];

    private static Predictor CreateSut(Calibration? calibration = null)
    {
        manual_seed(5);
        var classifier = ClassifierFactory.Create(Config);
        TinyModels.Shake(classifier);
        var tokenizer = new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary });
        return new Predictor(tokenizer, new TorchBackend(classifier, CPU), calibration);
    }
}
