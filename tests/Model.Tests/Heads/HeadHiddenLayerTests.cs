using FeedbackService.Model.Configuration;
using FeedbackService.Model.Heads;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Heads;

public sealed class HeadHiddenLayerTests
{
    // Seed item 4-12: 2 → 4 → 1 with sigmoids, the last of which is in the loss.
    [Fact]
    public void TheSeedsNetwork_Has17Parameters_AndItsFormula()
    {
        using var scope = NewDisposeScope();
        using var head = Create(2, ["good"], ActivationKind.Sigmoid);
        var input = tensor([0.5f, -1.5f], [1, 2]);

        var logit = head.call(input).item<float>();

        Assert.Equal(17, head.parameters().Sum(parameter => parameter.numel()));
        float[] Values(string name) => head.get_parameter(name)!.data<float>().ToArray();
        var (inner, innerBias, outer, outerBias) = (Values("hidden.projection.weight"), Values("hidden.projection.bias"), Values("projection.weight"), Values("projection.bias"));
        var expected = outerBias[0] + Enumerable.Range(0, 4).Sum(unit => outer[unit] / (1 + Math.Exp(-((inner[2 * unit] * 0.5) + (inner[(2 * unit) + 1] * -1.5) + innerBias[unit]))));
        Assert.Equal(expected, logit, 1e-5);
    }

    [Fact]
    public void EveryActivation_GivesAnotherFunction()
    {
        using var scope = NewDisposeScope();
        var input = tensor([0.5f, -1.5f], [1, 2]);
        var logits = Enum.GetValues<ActivationKind>().Select(kind =>
        {
            using var head = Create(2, ["good"], kind);
            return head.call(input).item<float>();
        });

        // Swish begins as silu.
        Assert.Equal(Enum.GetValues<ActivationKind>().Length - 1, logits.Select(logit => MathF.Round(logit, 4)).Distinct().Count());
    }

    [Fact]
    public void DropoutInTraining_IsBeforeAndBehindTheLayer()
    {
        using var scope = NewDisposeScope();
        using var head = Create(2, ["good"], ActivationKind.Sigmoid);
        var input = zeros(2000, 2);

        var plain = head.call(input)[0].item<float>();
        head.train();
        var dropped = head.call(input).data<float>().ToArray();

        // Of zeros only the dropout behind the layer can be seen; it keeps the mean.
        Assert.True(dropped.Distinct().Count() > 10);
        Assert.Equal(plain, dropped.Average(), 0.1f);
    }

    private static ClassificationHead Create(int width, string[] labels, ActivationKind activation)
    {
        manual_seed(9);
        var head = new ClassificationHead(width, TinyModels.Plain() with { Head = HeadKind.MultiLabel, Labels = labels, HeadHiddenSize = 4, HeadActivation = activation, HeadDropout = 0.3 });
        TinyModels.Shake(head);
        head.eval();
        return head;
    }
}
