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

    private static FeedbackLoop Loop(FeedbackConfig config, HeadKind head) =>
        new(config, new ResidualFeedback(), new AddFusion(), hiddenSize: 8, labels: 3, head);

    /// <summary>With zero states, sum and replacement, the loop's output is the signal itself.</summary>
    private static float[] SignalPerText(FeedbackLoop loop, Tensor logits)
    {
        using var layout = new TokenLayout(Enumerable.Repeat(1, Texts).ToArray(), CPU);
        var nothing = new TokenBatch(zeros(Texts, 8), layout);
        return loop.Step(1, logits, nothing, nothing).Input.Rows.abs().sum(1).data<float>().ToArray();
    }
}
