using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Serving.Requests;

public sealed class AnswerComposerTests
{
    private static readonly float[] Logits = [0.5f, 2f, -1f];
    private static readonly float[] Probabilities = [0.25f, 0.7f, 0.05f];

    [Fact]
    public void Scores_HoldAllLabels_BestFirst()
    {
        var answer = Compose(new Wanted());
        Assert.Equal(("green", 0.7f), (answer.Label, answer.Score));
        Assert.Equal([("green", 0.7f), ("red", 0.25f), ("blue", 0.05f)], answer.Scores.Select(score => (score.Label, score.Score)));
        Assert.Null(answer.Labels);
        Assert.Null(answer.Trace);
        Assert.False(answer.Abstained);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(1000, 3)]
    public void TopK_CutsTheScores_OrClamps(int topK, int expected) => Assert.Equal(expected, Compose(new Wanted { TopK = topK }).Scores.Count);

    [Fact]
    public void Ties_GoByLabelIndex()
    {
        var answer = Compose(new Wanted(), new Prediction([1, 1, 1], [1 / 3f, 1 / 3f, 1 / 3f], 0, ExitReason.None, null));
        Assert.Equal(TinyModels.Labels, answer.Scores.Select(score => score.Label));
        Assert.Equal("red", answer.Label);
    }

    [Theory]
    [InlineData(0.69, "green")]
    [InlineData(0.71, null)]
    public void SingleLabel_BelowTheThreshold_Abstains_KeepingItsScores(double threshold, string? label)
    {
        var answer = Compose(new Wanted { Threshold = threshold });
        Assert.Equal(label, answer.Label);
        Assert.Equal(label is null, answer.Abstained);
        Assert.Equal(0.7f, answer.Score);
        Assert.Equal(3, answer.Scores.Count);
    }

    [Fact]
    public void RawScores_AreLogits_WhileTheThresholdStaysAProbability()
    {
        var answer = Compose(new Wanted { RawScores = true, Threshold = 0.69 });
        Assert.Equal(("green", 2f), (answer.Label, answer.Score));
        Assert.Equal([2f, 0.5f, -1f], answer.Scores.Select(score => score.Score));
    }

    [Fact]
    public void MultiLabel_GivesEveryLabelOverItsOwnThreshold_BestFirst()
    {
        var multi = TinyModels.Plain() with { Head = HeadKind.MultiLabel };
        Assert.Equal(["green"], Compose(new Wanted(), config: multi).Labels);
        Assert.Equal(["green", "red"], Compose(new Wanted(), config: multi, thresholds: [0.2, 0.6, 0.9]).Labels);
        Assert.Equal(["green", "red", "blue"], Compose(new Wanted { Threshold = 0.01 }, config: multi, thresholds: [0.2, 0.6, 0.9]).Labels);
        var answer = Compose(new Wanted(), config: multi, thresholds: [0.2, 0.9, 0.9]);
        Assert.Equal(["red"], answer.Labels);
        Assert.Equal("green", answer.Label);
        Assert.False(answer.Abstained);
    }

    [Fact]
    public void Graded_GivesTheGrade_AlsoWhenItAbstains()
    {
        // Standardised, 1, 2, 3 are −√1.5, 0, √1.5; a score of √1.5 / 2 is the grade 2.5.
        var (graded, grade) = (TinyModels.Plain() with { Head = HeadKind.Graded, Labels = ["1", "2", "3"] }, Math.Sqrt(1.5));
        float[] logits = [(float)((-grade * grade / 2) - 0.75), 0, (float)((grade * grade / 2) - 0.75)];
        var prediction = new Prediction(logits, LabelProbabilities.Of(logits, HeadKind.Graded, 1), 0, ExitReason.None, null);

        var answer = Compose(new Wanted(), prediction, graded);
        Assert.Equal((2.5, "2"), (Math.Round(answer.Grade!.Value, 5), answer.Label));
        Assert.Null(answer.Labels);
        var unsure = Compose(new Wanted { Threshold = 0.99 }, prediction, graded);
        Assert.Equal((answer.Grade, null, true), (unsure.Grade, unsure.Label, unsure.Abstained));
        Assert.Null(Compose(new Wanted()).Grade);
    }

    [Fact]
    public void MultiLabel_WithoutAnyLabel_AbstainsAndStillNamesTheBest()
    {
        var answer = Compose(new Wanted { Threshold = 0.99 }, config: TinyModels.Plain() with { Head = HeadKind.MultiLabel });
        Assert.Empty(answer.Labels!);
        Assert.True(answer.Abstained);
        Assert.Equal("green", answer.Label);
    }

    [Theory]
    [InlineData(ExitReason.None, "none")]
    [InlineData(ExitReason.Settled, "settled")]
    [InlineData(ExitReason.MaxRounds, "max_rounds")]
    public void Exit_IsSaidInSnakeCase(ExitReason reason, string expected) =>
        Assert.Equal(expected, Compose(new Wanted(), new Prediction(Logits, Probabilities, 1, reason, null)).Exit);

    [Fact]
    public void Explanation_PointsIntoTheTexts_HeaviestFirst_WithoutSpecialTokens()
    {
        var input = new TextInput("red 😀 sky", "not blue");
        var reading = new TextReading(6, 6)
        {
            Spans = [new(0, 0), new(0, 3), new(4, 6), new(7, 10), new(10, 10), new(4, 8, Pair: true)],
        };
        PredictionTrace[] trace =
        [
            new(0, Probabilities, 0.7, null, null),
            new(1, Probabilities, 0.6, [0.3f, 0.1f, 0.2f, 0.15f, 0.2f, 0.05f], 0.9),
        ];

        var answer = Compose(new Wanted { Explain = true }, new Prediction(Logits, Probabilities, 1, ExitReason.None, trace), input: input, reading: reading);

        Assert.Equal("feedback_attention", answer.Explanation!.Method);
        Assert.Equal(
            [new("😀", 4, 6, 0.2f, false), new("sky", 7, 10, 0.15f, false), new("red", 0, 3, 0.1f, false), new TokenWeight("blue", 4, 8, 0.05f, true)],
            answer.Explanation.Tokens);
        Assert.Equal([0, 1], answer.Trace!.Select(round => round.Round));
        Assert.Equal(["green", "red", "blue"], answer.Trace![1].Scores.Select(score => score.Label));
        Assert.Null(answer.Trace[0].Attention);
        Assert.Equal(6, answer.Trace[1].Attention!.Count);
        Assert.Equal(0.9, answer.Trace[1].GateMean);
    }

    [Fact]
    public void WithoutAttention_ThereIsATraceButNoExplanation()
    {
        var reading = new TextReading(1, 1) { Spans = [new(0, 3)] };
        var answer = Compose(new Wanted { Explain = true }, new Prediction(Logits, Probabilities, 0, ExitReason.None, [new(0, Probabilities, 0.7, null, null)]), reading: reading);
        Assert.Single(answer.Trace!);
        Assert.Null(answer.Explanation);
    }

    private static AnsweredItem Compose(
        Wanted wanted,
        Prediction? prediction = null,
        ClassifierConfig? config = null,
        double[]? thresholds = null,
        TextInput? input = null,
        TextReading? reading = null)
    {
        input ??= new TextInput("red");
        var request = new ClassifyRequest
        {
            Model = "news",
            Input = new ClassifyInput([input], IsList: false),
            TopK = wanted.TopK,
            Threshold = wanted.Threshold,
            RawScores = wanted.RawScores,
            Explain = wanted.Explain,
        };
        return new AnswerComposer(request, config ?? TinyModels.Plain(), new Calibration([], thresholds))
            .Compose(0, input, reading ?? new TextReading(1, 1), prediction ?? new Prediction(Logits, Probabilities, 0, ExitReason.None, null));
    }

    private sealed record Wanted
    {
        public int? TopK { get; init; }

        public double? Threshold { get; init; }

        public bool RawScores { get; init; }

        public bool Explain { get; init; }
    }
}
