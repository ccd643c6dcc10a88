using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public sealed class ObservedRoundTests
{
    [Theory]
    [InlineData("mlp")]
    [InlineData("transformer")]
    public void Observed_SaysWhatForwardSays(string encoder)
    {
        using var classifier = Create(Combinations.Encoder(encoder), InjectKind.Residual, 0.5);
        using var scope = NewDisposeScope();

        var observed = classifier.Observe(Tokens, CPU);

        Assert.All(classifier.Forward(Tokens, CPU, 2).Zip(observed), pair => Assert.Equal(pair.First.data<float>(), pair.Second.Logits.data<float>()));
    }

    [Fact]
    public void RelativeChange_IsThatOfTheNormsOfEachText()
    {
        using var classifier = Create(TinyModels.Mlp, InjectKind.Residual, 0.5);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var layout = new TokenLayout(Tokens.Lengths, CPU);
        var next = classifier.Next(classifier.Begin(Tokens, layout));
        double Norm(Tensor rows, int text) => Math.Sqrt(rows.slice(0, layout.Offsets[text], layout.Offsets[text + 1], 1).data<float>().Sum(value => (double)value * value));

        var observed = classifier.Observe(Tokens, CPU);

        var change = observed[1].RelativeChange!.data<float>().ToArray();
        Assert.All(Enumerable.Range(0, 3), text =>
            Assert.Equal(Norm(next.Step!.Input.Rows - next.Anchor.Rows, text) / Norm(next.Anchor.Rows, text), change[text], 1e-5));
        Assert.Null(observed[0].RelativeChange);
    }

    [Fact]
    public void WithoutScale_NothingChanges()
    {
        using var classifier = Create(TinyModels.Mlp, InjectKind.Residual, 0);
        using var scope = NewDisposeScope();

        Assert.Equal([0f, 0, 0], classifier.Observe(Tokens, CPU)[2].RelativeChange!.data<float>().ToArray());
        Assert.Equal(0, classifier.FeedbackScaleRms);
    }

    [Fact]
    public void ReplacedStates_HaveNoCorrectionToMeasure()
    {
        using var classifier = Create(TinyModels.Mlp, InjectKind.Replace, 0);
        using var scope = NewDisposeScope();

        Assert.Null(classifier.Observe(Tokens, CPU)[1].RelativeChange);
        Assert.Null(classifier.FeedbackScaleRms);
    }

    [Fact]
    public void ScaleRms_IsTheRootOfTheMeanSquare()
    {
        using var classifier = Create(TinyModels.Mlp, InjectKind.Residual, 0.5);
        using var plain = ClassifierFactory.Create(TinyModels.Plain());

        Assert.Equal(0.5, classifier.FeedbackScaleRms!.Value, 1e-6);
        Assert.Null(plain.FeedbackScaleRms);
    }

    private static PackedTokens Tokens => PackedTokens.Pack(TinyModels.Texts(7, 2, 5));

    private static TextClassifier Create(EncoderConfig encoder, InjectKind inject, double scale)
    {
        manual_seed(6);
        var config = TinyModels.WithFeedback(encoder, initialScale: scale);
        var classifier = ClassifierFactory.Create(config with { Feedback = config.Feedback! with { Inject = inject } });
        TinyModels.Shake(classifier.Encoder);
        classifier.eval();
        return classifier;
    }
}
