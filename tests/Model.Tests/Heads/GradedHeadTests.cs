using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Model.Inference;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Heads;

public sealed class GradedHeadTests
{
    private static readonly string[] Labels = ["1", "2", "4", "9"];

    [Fact]
    public void Probabilities_AreThoseOfANormalDistributionAroundTheScore()
    {
        using var scope = NewDisposeScope();
        using var head = Create();
        var input = tensor([0.5f, -1, 2, 0.25f, 0.1f, -0.2f], [2, 3]);

        var logits = head.call(input).data<float>().ToArray();

        var (weight, bias) = (head.get_parameter("projection.weight")!.data<float>().ToArray(), head.get_parameter("projection.bias")!.item<float>());
        var standardised = GradeScale.Of(Labels).Standardised;
        foreach (var (text, row) in logits.Chunk(4).Index())
        {
            var score = bias + Enumerable.Range(0, 3).Sum(feature => (double)weight[feature] * input[text, feature].item<float>());
            var densities = standardised.Select(grade => Math.Exp(-(score - grade) * (score - grade) / 2)).ToArray();
            Assert.All(densities.Zip(LabelProbabilities.Of(row, HeadKind.Graded, 1)), pair => Assert.Equal(pair.First / densities.Sum(), pair.Second, 1e-5));
        }
    }

    [Fact]
    public void BestLabel_IsTheNearestGrade()
    {
        using var scope = NewDisposeScope();
        using var head = Create();
        var scale = GradeScale.Of(Labels);
        var inputs = Enumerable.Range(-20, 41).SelectMany(step => new[] { step / 4f, 0, 0 }).ToArray();

        foreach (var row in head.call(tensor(inputs, [41, 3])).data<float>().ToArray().Chunk(4))
        {
            var score = scale.ScoreOf(row);
            var nearest = scale.Standardised.MinBy(grade => Math.Abs(grade - score));
            Assert.Equal(nearest, scale.Standardised[Array.IndexOf(row, row.Max())]);
        }
    }

    private static ClassificationHead Create()
    {
        manual_seed(2);
        var head = new ClassificationHead(3, TinyModels.Plain() with { Head = HeadKind.Graded, Labels = Labels });
        TinyModels.Shake(head);
        head.eval();
        return head;
    }
}
