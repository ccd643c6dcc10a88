using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;

namespace FeedbackService.Api.Tests.Serving.Requests;

public sealed class LabelRankingTests
{
    private static readonly Prediction Extreme = new([-500, 3, 3], [0, 0.5f, 0.5f], 1, ExitReason.None, null);

    [Fact]
    public void OwnFunction_IsWhatTheModelSaid() => Assert.Same(Extreme.Probabilities, CreateSut().Scores(Extreme, null));

    [Fact]
    public void NoFunction_GivesLogits() => Assert.Same(Extreme.Logits, CreateSut().Scores(Extreme, ScoreFunction.None));

    [Theory]
    [InlineData(ScoreFunction.Softmax, 0.5)]
    [InlineData(ScoreFunction.Sigmoid, 0.8175745)]
    public void Functions_AreFinite_AndUseTheTemperatureOfTheRound(ScoreFunction function, double best)
    {
        // A logit this far down is where a softmax that takes off the largest magnitude gives NaN.
        var scores = CreateSut().Scores(Extreme, function);
        Assert.Equal(0, scores[0], 1e-30f);
        Assert.Equal(best, scores[1], 1e-6);
    }

    [Fact]
    public void Ties_StayInLabelOrder()
    {
        Assert.Equal(["green", "blue", "red"], CreateSut().Rank(Extreme, null, null).Select(score => score.Label));
        Assert.Equal(["green"], CreateSut().Rank(Extreme, ScoreFunction.None, 1).Select(score => score.Label));
    }

    private static LabelRanking CreateSut() => new(TinyModels.Plain(), new Calibration([1, 2]));
}
