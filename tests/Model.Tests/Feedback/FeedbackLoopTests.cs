using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Feedback;
using FeedbackService.Model.Fusion;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Feedback;

public sealed class FeedbackLoopTests
{
    private const int Texts = 400;

    [Theory]
    [InlineData(HeadKind.SingleLabel)]
    [InlineData(HeadKind.MultiLabel)]
    public void PredictionThatSaysNothing_GivesNoSignal(HeadKind head)
    {
        using var loop = Loop(new FeedbackConfig { Inject = InjectKind.Replace }, head);
        loop.eval();
        using var scope = NewDisposeScope();

        Assert.Equal(0, SignalPerText(loop, zeros(Texts, 3)).Sum());
    }

    [Fact]
    public void SignalDropout_SilencesTheShareOfTextsInTrainingOnly()
    {
        using var loop = Loop(new FeedbackConfig { Inject = InjectKind.Replace, SignalDropout = 0.25 }, HeadKind.SingleLabel);
        using var scope = NewDisposeScope();
        manual_seed(2);
        var logits = randn(Texts, 3);

        var silent = SignalPerText(loop, logits).Count(signal => signal == 0);
        loop.eval();

        // Four standard deviations of a binomial of 400 draws.
        Assert.InRange(silent, 100 - 35, 100 + 35);
        Assert.DoesNotContain(0, SignalPerText(loop, logits));
    }

    [Fact]
    public void WrongPrediction_TellsTheShareOfTextsAnotherOnesInTrainingOnly()
    {
        using var loop = Loop(new FeedbackConfig { Inject = InjectKind.Replace, WrongPrediction = 0.25 }, HeadKind.SingleLabel);
        using var scope = NewDisposeScope();
        manual_seed(2);
        var logits = randn(Texts, 3);

        var told = SignalPerText(loop, logits);
        loop.eval();
        var own = SignalPerText(loop, logits);

        // Four standard deviations of a binomial of 400 draws.
        var others = Enumerable.Range(0, Texts).Where(text => told[text] != own[text]).ToList();
        Assert.InRange(others.Count, 100 - 35, 100 + 35);
        Assert.All(others, text => Assert.Contains(told[text], own));
    }

    [Fact]
    public void WrongPredictions_PassGradientsToTheirOwnTextsOnly()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var predictions = rand([Texts, 2]).requires_grad_();

        var mixed = WrongPredictions.Mix(predictions, 0.5);
        mixed.sum().backward();

        var kept = mixed.eq(predictions).all(1);
        Assert.Equal(kept.to(float32).data<float>(), predictions.grad!.amax([1]).data<float>());
        Assert.Equal(kept.to(float32).data<float>(), predictions.grad!.amin([1]).data<float>());
    }

    [Fact]
    public void SingleText_KeepsItsPrediction()
    {
        using var scope = NewDisposeScope();
        var predictions = rand([1, 3]);

        Assert.Equal(predictions.data<float>(), WrongPredictions.Mix(predictions, 0.9).data<float>());
    }

    private static FeedbackLoop Loop(FeedbackConfig config, HeadKind head) =>
        new(config, new ResidualFeedback(), new AddFusion(), hiddenSize: 8, labels: 3, head);

    /// <summary>With zero states, sum and replacement, the loop's output is the signal itself.</summary>
    private static float[] SignalPerText(FeedbackLoop loop, Tensor logits)
    {
        using var layout = new TokenLayout(Enumerable.Repeat(1, Texts).ToArray(), CPU);
        var nothing = new TokenBatch(zeros(Texts, 8), layout);
        return loop.Step([.. Enumerable.Repeat(1, Texts)], logits, nothing, nothing).Input.Rows.abs().sum(1).data<float>().ToArray();
    }
}
