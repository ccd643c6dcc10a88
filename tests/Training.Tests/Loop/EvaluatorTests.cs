using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Testing;
using FeedbackService.Training.Loop;
using FeedbackService.Training.Objectives;
using static TorchSharp.torch;

namespace FeedbackService.Training.Tests.Loop;

public sealed class EvaluatorTests
{
    [Theory]
    [InlineData(HeadKind.SingleLabel, 4)] // the last batch has 2 of 10
    [InlineData(HeadKind.SingleLabel, 3)]
    [InlineData(HeadKind.MultiLabel, 4)]
    [InlineData(HeadKind.Graded, 3)]
    public void LossesAndLogits_DoNotDependOnTheBatches_NorOnAnUnevenLastOne(HeadKind head, int batchSize)
    {
        manual_seed(4);
        using var model = ClassifierFactory.Create(TinyModels.WithFeedback(initialScale: 0.5) with { Head = head, Labels = ["1", "2", "3"] });
        TinyModels.Shake(model);
        using var classification = new ClassificationObjective(head, labelSmoothing: 0.1, classWeights: [5, 1, 0.2], CPU, model.Config.Labels);
        using var objective = new RoundObjective(classification, taxonomy: null, CPU);
        EncodedExample[] examples = [.. TinyModels.Texts(3, 9, 1, 4, 4, 7, 2, 5, 8, 6).Select((text, i) => new EncodedExample(text, [i * i % 3]))];

        var batched = new Evaluator(examples, objective, batchSize, CPU).Run(model);
        var whole = new Evaluator(examples, objective, examples.Length, CPU).Run(model);

        Assert.Equal(whole.Losses, batched.Losses, (a, b) => Math.Abs(a - b) < 1e-5);
        for (var round = 0; round < whole.Logits.Length; round++)
        {
            Assert.All(whole.Logits[round].Zip(batched.Logits[round]), pair => Assert.Equal(pair.First, pair.Second, (a, b) => Math.Abs(a - b) < 1e-5));
        }

        Assert.Equal(new RoundMonitor(null, null, null), whole.Monitors[0]);
        Assert.All(whole.Monitors.Zip(batched.Monitors).Skip(1), pair =>
        {
            Assert.True(pair.First.RelativeChange > 0);
            Assert.Equal(pair.First.RelativeChange!.Value, pair.Second.RelativeChange!.Value, 1e-5);
            Assert.Equal(model.FeedbackScaleRms, pair.First.ScaleRms);
        });
        Assert.True(model.training);
    }
}
