using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Encoders.Mlp;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Classification;

public sealed class GradientTests
{
    private const string Scale = "feedback_loop.reentry.scale";

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void AtTheStart_TheScaleMovesAndNothingBehindItDoes(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var classifier = Create(encoder, feedback, fusion, initialScale: 0);

        var gradients = Gradients(classifier);

        Assert.True(gradients[Scale] > 0);
        Assert.All(gradients.Where(pair => pair.Key.StartsWith("feedback_loop.", StringComparison.Ordinal) && pair.Key != Scale), pair =>
            Assert.Equal(0, pair.Value));
        Assert.All(gradients.Where(pair => !pair.Key.StartsWith("feedback_loop.", StringComparison.Ordinal)), pair =>
            Assert.True(pair.Value > 0 || pair.Key.EndsWith("qkv.bias", StringComparison.Ordinal), pair.Key));
    }

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void WithAScale_EveryParameterHasAGradient(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var classifier = Create(encoder, feedback, fusion, initialScale: 0.3);

        var gradients = Gradients(classifier);

        Assert.Equal(classifier.named_parameters().Select(parameter => parameter.name).Order(), gradients.Keys.Order());
        Assert.All(gradients, pair => Assert.True(pair.Value > 0, pair.Key));
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(0, 2, false)]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(8, 2, true)]
    public void BackpropRounds_CountTheLastLinksThatGradientsPass(int backpropRounds, int rounds, bool reached)
    {
        // With replaced states and re-entry after the last layer, the loss of the last round reaches the encoder through
        // the links between rounds alone, and only when all of them pass gradients.
        var config = TinyModels.WithFeedback();
        using var classifier = ClassifierFactory.Create(config with
        {
            Feedback = config.Feedback! with { Inject = InjectKind.Replace, ReentryLayer = 2, BackpropRounds = backpropRounds },
        });
        classifier.eval();
        using var scope = NewDisposeScope();

        classifier.Forward(PackedTokens.Pack(TinyModels.Texts(5, 3)), CPU, rounds)[rounds].square().sum().backward();

        var encoder = classifier.Encoder.named_parameters().Where(parameter => parameter.parameter.grad is not null);
        Assert.Equal(reached, encoder.Any());
    }

    [Fact]
    public void GradientOfTheNgramTable_IsSparse()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain());
        using var scope = NewDisposeScope();

        classifier.Forward(PackedTokens.Pack(TinyModels.Texts(5, 3)), CPU, 0)[0].square().sum().backward();

        using var gradient = ((MlpEncoder)classifier.Encoder).EmbeddingWeight.grad!;
        Assert.True(gradient.is_sparse);
        Assert.Equal([8, 16], gradient.SparseValues.shape);
    }

    private static TextClassifier Create(string encoder, FeedbackKind feedback, FusionKind fusion, double initialScale)
    {
        manual_seed(11);
        var classifier = ClassifierFactory.Create(
            TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: initialScale));
        TinyModels.Shake(classifier.Encoder);
        classifier.eval();
        return classifier;
    }

    /// <summary>Largest absolute gradient of each parameter that has one, after one backward through the summed losses.</summary>
    private static Dictionary<string, float> Gradients(TextClassifier classifier)
    {
        using var scope = NewDisposeScope();
        var tokens = PackedTokens.Pack([.. TinyModels.Texts(7, 9, 8).Select(text => text with { SegmentIds = Segments(text.Ids.Length) })]);
        var target = tensor(new long[] { 0, 1, 2 });
        var losses = classifier.Forward(tokens, CPU, classifier.MaxRounds).Select(logits => nn.functional.cross_entropy(logits, target));
        losses.Aggregate((sum, loss) => sum + loss).backward();
        return classifier.named_parameters()
            .Where(parameter => parameter.parameter.grad is not null)
            .ToDictionary(parameter => parameter.name, parameter => Largest(parameter.parameter.grad!));
    }

    private static int[] Segments(int length) => [.. Enumerable.Range(0, length).Select(position => position < 3 ? 0 : 1)];

    private static float Largest(Tensor gradient) => (gradient.is_sparse ? gradient.to_dense() : gradient).abs().max().item<float>();
}
