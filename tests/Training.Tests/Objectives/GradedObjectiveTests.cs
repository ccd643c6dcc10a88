using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Objectives;

/// <summary>Seed items 3-6 and 4-8: the mean squared error, of a score that several logits are made of.</summary>
public sealed class GradedObjectiveTests
{
    private static readonly string[] Labels = ["1", "2", "3", "4", "5"];

    [Fact]
    public void Loss_IsTheMeanSquaredErrorByHand()
    {
        // Standardised, 1 … 5 are −√2, −√½, 0, √½, √2.
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.Graded, 0, null, CPU, Labels);

        var loss = objective.Loss(Logits(tensor([0.5f, -2f, 0.1f])), objective.Targets([[4], [0], [2]], 5, CPU)).item<float>();

        var root = Math.Sqrt(2);
        Assert.Equal((Square(0.5 - root) + Square(-2 + root) + Square(0.1)) / 3, loss, 1e-5);
    }

    [Fact]
    public void ClassWeights_WeighTexts()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.Graded, 0, [3, 1, 1, 1, 1], CPU, Labels);

        var loss = objective.Loss(Logits(tensor([0f, 0])), objective.Targets([[0], [3]], 5, CPU)).item<float>();

        Assert.Equal(((3 * 2) + 0.5) / 4, loss, 1e-5);
    }

    // Item 4-8 speaks of ½(y − M)², whose slope is M − y; without the half it is 2(s − ĝ) over the number of texts.
    [Fact]
    public void Gradient_IsThatOfFiniteDifferences_AndOfTheFormula()
    {
        using var scope = NewDisposeScope();
        using var objective = new ClassificationObjective(HeadKind.Graded, 0, null, CPU, Labels);
        var targets = objective.Targets([[4], [1]], 5, CPU);
        float[] scores = [0.5f, -2f];
        var parameter = tensor(scores).requires_grad_();
        double Loss(float[] at) => objective.Loss(Logits(tensor(at)), targets).item<float>();

        objective.Loss(Logits(parameter), targets).backward();

        double[] goals = [Math.Sqrt(2), -Math.Sqrt(0.5)];
        for (var text = 0; text < 2; text++)
        {
            const float Step = 1e-2f;
            var (above, below) = ((float[])scores.Clone(), (float[])scores.Clone());
            (above[text], below[text]) = (scores[text] + Step, scores[text] - Step);
            var gradient = parameter.grad![text].item<float>();
            Assert.Equal(scores[text] - goals[text], gradient, 1e-5);
            Assert.Equal((Loss(above) - Loss(below)) / (2 * Step), gradient, 1e-3);
        }
    }

    [Fact]
    public void LabelsThatAreNoNumbers_AreRefused() =>
        Assert.Contains("'red'", Assert.Throws<FormatException>(() => new ClassificationObjective(HeadKind.Graded, 0, null, CPU, ["red", "1"])).Message, StringComparison.Ordinal);

    // As the head makes them of scores [B].
    private static Tensor Logits(Tensor scores)
    {
        var grades = tensor([.. GradeScale.Of(Labels).Standardised.Select(grade => (float)grade)], dtype: float32);
        return (scores.unsqueeze(1) * grades) - (grades * grades * tensor(0.5f));
    }

    private static double Square(double value) => value * value;
}
