using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tests.Adapters;
using FeedbackService.Testing;

namespace FeedbackService.Model.Tests.Classification;

public sealed class StateNamesTests
{
    public static TheoryData<string, FeedbackKind, FusionKind> EncodersAndLoops => new(Combinations.All
        .Where(kinds => kinds.Encoder == "mlp" || kinds is { Feedback: FeedbackKind.Attention, Fusion: FusionKind.Gated }));

    [Theory]
    [MemberData(nameof(EncodersAndLoops))]
    public void NamesAndShapes_AreTheApprovedOnes(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion));

        AssertApproved($"{encoder}-{feedback}-{fusion}".ToLowerInvariant(), classifier);
    }

    [Theory]
    [InlineData("rnn")]
    [InlineData("lstm")]
    [InlineData("gru")]
    public void NamesAndShapesOfOneDirection_AreTheApprovedOnes(string encoder)
    {
        EncoderConfig config = Combinations.Encoder(encoder) switch
        {
            RnnEncoderConfig rnn => rnn with { Bidirectional = false },
            LstmEncoderConfig lstm => lstm with { Bidirectional = false },
            var other => (GruEncoderConfig)other with { Bidirectional = false },
        };
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(config));

        AssertApproved($"{encoder}-one-direction", classifier);
    }

    [Fact]
    public void NamesAndShapesOfReplacedStates_AreTheApprovedOnes()
    {
        var config = TinyModels.WithFeedback();
        using var classifier = ClassifierFactory.Create(config with { Feedback = config.Feedback! with { Inject = InjectKind.Replace } });

        AssertApproved("mlp-replace", classifier);
    }

    [Fact]
    public void NamesAndShapesOfAttentionPooling_AreTheApprovedOnes()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(pooling: PoolingKind.AttentionMax));

        AssertApproved("mlp-attention-pooling", classifier);
    }

    [Fact]
    public void NamesAndShapesOfAGradedHead_AreTheApprovedOnes()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain() with { Head = HeadKind.Graded, Labels = ["1", "2", "3"] });

        AssertApproved("mlp-graded", classifier);
    }

    [Fact]
    public void NamesAndShapesOfAHeadWithALayer_AreTheApprovedOnes()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain() with { HeadHiddenSize = 5, HeadActivation = ActivationKind.Swish });

        AssertApproved("mlp-head-layer", classifier);
    }

    [Fact]
    public void NamesAndShapesOfARecurrentEncoderForPairs_AreTheApprovedOnes()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.Plain(TinyModels.Gru with { ReadsPairs = true }));

        AssertApproved("gru-pairs", classifier);
    }

    [Theory]
    [InlineData("transformer", "lora")]
    [InlineData("transformer", "adalora")]
    [InlineData("transformer", "houlsby")]
    [InlineData("transformer", "pfeiffer")]
    [InlineData("mlp", "lora")]
    [InlineData("mlp", "pfeiffer")]
    [InlineData("rnn", "lora")]
    [InlineData("bifnn", "adalora")]
    public void NamesAndShapesOfAnAdapter_AreTheApprovedOnes(string encoder, string adapter)
    {
        using var classifier = ClassifierFactory.Create(AdaptedModels.Config(adapter, encoder) with { Feedback = null });

        AssertApproved($"{encoder}-{adapter}", classifier);
    }

    [Fact]
    public void NoTrainableTensor_IsMissingFromTheState()
    {
        using var classifier = ClassifierFactory.Create(TinyModels.WithFeedback(TinyModels.Transformer));

        Assert.Equal(classifier.named_parameters().Select(parameter => parameter.name).Order(), classifier.state_dict().Keys.Order());
    }

    /// <summary>Names are the keys of published weights: a change here needs a new format version, not a new approval.</summary>
    private static void AssertApproved(string name, TextClassifier classifier)
    {
        var actual = string.Concat(classifier.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]\n"));
        var path = Path.Combine(AppContext.BaseDirectory, "Approved", name + ".txt");
        if (!File.Exists(path) || File.ReadAllText(path) != actual)
        {
            var received = Path.ChangeExtension(path, ".received.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(received)!);
            File.WriteAllText(received, actual);
            Assert.Fail($"{name} is not as approved in tests/Model.Tests/Approved/{name}.txt; see {received}:\n{actual}");
        }
    }
}
