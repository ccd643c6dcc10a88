using FeedbackService.Model.Configuration;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Objectives;

public sealed class RoundConsistencyTests
{
    private static readonly double[][] Rounds = [[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]];

    [Fact]
    public void SingleLabel_IsHalfTheSymmetricDivergence_MeanOverTheRounds()
    {
        static double Divergence(double[] p, double[] q) => p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
        var expected = Rounds.Skip(1).Average(round => (Divergence(round, Rounds[0]) + Divergence(Rounds[0], round)) / 2);

        Assert.Equal(expected, Penalty(HeadKind.SingleLabel, Math.Log), 1e-6);
    }

    [Fact]
    public void SeveralLabels_SumTheDivergencesOfTheirBernoulliDistributions()
    {
        static double Divergence(double[] p, double[] q) => p.Zip(q, (a, b) => (a * Math.Log(a / b)) + ((1 - a) * Math.Log((1 - a) / (1 - b)))).Sum();
        var expected = Rounds.Skip(1).Average(round => (Divergence(round, Rounds[0]) + Divergence(Rounds[0], round)) / 2);

        Assert.Equal(expected, Penalty(HeadKind.MultiLabel, p => Math.Log(p / (1 - p))), 1e-6);
    }

    [Fact]
    public void Gradients_GoToBothSides_AndStayFiniteWhereOneIsCertain()
    {
        using var scope = NewDisposeScope();
        var (plain, round) = (tensor([100f, -100], [1, 2]).requires_grad_(), tensor([0f, 1], [1, 2]).requires_grad_());

        RoundConsistency.Penalty([plain, round], HeadKind.SingleLabel).backward();

        Assert.All(plain.grad!.data<float>().Concat(round.grad!.data<float>()), value => Assert.True(float.IsFinite(value) && value != 0));
    }

    // Twice the same text: the mean over texts is that of one.
    private static double Penalty(HeadKind head, Func<double, double> logit)
    {
        using var scope = NewDisposeScope();
        var logits = Rounds.Select(round => tensor([.. round.Concat(round).Select(p => (float)logit(p))], [2, 3])).ToArray();
        return RoundConsistency.Penalty(logits, head).item<float>();
    }
}
