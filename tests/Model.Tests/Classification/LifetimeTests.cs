using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public sealed class LifetimeTests
{
    [Theory]
    [InlineData("mlp", FeedbackKind.Attention, FusionKind.Gated)]
    [InlineData("mlp", FeedbackKind.Gated, FusionKind.Attention)]
    [InlineData("transformer", FeedbackKind.Attention, FusionKind.Attention)]
    [InlineData("transformer", FeedbackKind.Residual, FusionKind.Add)]
    public void TwoHundredTrainingPasses_LeaveNoTensorBehind(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        var config = Combinations.Encoder(encoder);
        config = config is MlpEncoderConfig mlp ? mlp with { RowDropout = 0.3 } : config;
        using var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(config, feedback, fusion, initialScale: 0.1));
        var tokens = PackedTokens.Pack(TinyModels.Texts(5, 1, 9));

        var growth = TensorGuard.Growth(200, () =>
        {
            using var scope = NewDisposeScope();
            classifier.Forward(tokens, CPU, 2).Select(logits => logits.square().sum()).Aggregate((sum, loss) => sum + loss).backward();
            classifier.zero_grad();
        });

        Assert.Equal(0, growth);
    }

    [Fact]
    public void Forward_LeavesItsLogitsAliveInTheCallersScope()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.WithFeedback());
        IReadOnlyList<Tensor> logits;
        using (NewDisposeScope())
        {
            logits = classifier.Forward(PackedTokens.Pack(TinyModels.Texts(5)), CPU, 1);
            Assert.All(logits, tensor => Assert.False(tensor.IsInvalid));
        }

        Assert.All(logits, tensor => Assert.True(tensor.IsInvalid));
    }

    [Fact]
    public void ParametersMadeInsideAScope_SurviveIt()
    {
        TextClassifier classifier;
        using (NewDisposeScope())
        {
            classifier = ClassifierFactory.Create(TinyModels.WithFeedback(TinyModels.Transformer, FeedbackKind.Gated, FusionKind.Attention));
        }

        using (classifier)
        {
            Assert.All(classifier.named_parameters(), parameter => Assert.False(parameter.parameter.IsInvalid, parameter.name));
        }
    }
}
