using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Onnx;
using FeedbackService.Model.Tests.Adapters;
using FeedbackService.Model.Tokenization;
using FeedbackService.Testing;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Onnx;

/// <summary>Graphs say in ONNX Runtime what classifiers say here.</summary>
public sealed class OnnxExportTests
{
    private const float Tolerance = 1e-4f;

    private static readonly TokenizedText[] Texts = TinyModels.Texts(5, 1, 9, 2);

    public static TheoryData<string, FeedbackKind, FusionKind> AllCombinations => new(Combinations.All);

    [Theory]
    [MemberData(nameof(AllCombinations))]
    public void EveryRound_IsTheSame(string encoder, FeedbackKind feedback, FusionKind fusion)
    {
        using var classifier = Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), feedback, fusion, initialScale: 0.5));

        AssertSame(classifier);
    }

    [Theory]
    [InlineData(0, OnnxLayout.Padded)]
    [InlineData(1, OnnxLayout.Padded)]
    [InlineData(2, OnnxLayout.Padded)]
    [InlineData(0, OnnxLayout.Packed)]
    [InlineData(1, OnnxLayout.Packed)]
    [InlineData(2, OnnxLayout.Packed)]
    public void Segments_TakeTheSameRounds(int reentryLayer, OnnxLayout layout)
    {
        var config = TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5);
        using var classifier = Create(config with { Feedback = config.Feedback! with { ReentryLayer = reentryLayer } });
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var expected = classifier.Forward(PackedTokens.Pack(Texts), CPU, classifier.MaxRounds);
        using var beginning = Open(classifier, OnnxPart.Beginning, new OnnxForm(layout));
        using var ending = Open(classifier, OnnxPart.Ending, new OnnxForm(layout));
        using var feedback = Open(classifier, OnnxPart.Feedback, new OnnxForm(layout));
        var texts = OnnxSession.Inputs(Texts, layout);

        var anchor = beginning.Run(texts)["anchor"];
        var found = ending.Run([.. texts, NamedOnnxValue.CreateFromTensor("input", anchor)]);
        AssertEqual(expected[0], found["logits"]);
        for (var round = 1; round <= classifier.MaxRounds; round++)
        {
            var rounds = new DenseTensor<long>(Enumerable.Repeat((long)round, Texts.Length).ToArray(), [Texts.Length]);
            var next = feedback.Run(
            [
                .. texts,
                NamedOnnxValue.CreateFromTensor("previous_logits", found["logits"]),
                NamedOnnxValue.CreateFromTensor("states", found["states"]),
                NamedOnnxValue.CreateFromTensor("anchor", anchor),
                NamedOnnxValue.CreateFromTensor("round", rounds),
            ])["input"];
            found = ending.Run([.. texts, NamedOnnxValue.CreateFromTensor("input", next)]);
            AssertEqual(expected[round], found["logits"]);
        }
    }

    [Theory]
    [InlineData(PoolingKind.Mean)]
    [InlineData(PoolingKind.Max)]
    [InlineData(PoolingKind.MeanMax)]
    [InlineData(PoolingKind.SqrtN)]
    [InlineData(PoolingKind.SqrtNMax)]
    [InlineData(PoolingKind.Cls)]
    [InlineData(PoolingKind.Last)]
    [InlineData(PoolingKind.Attention)]
    [InlineData(PoolingKind.AttentionMax)]
    [InlineData(PoolingKind.AttentionSqrtNMax)]
    public void EveryPooling_IsTheSame(PoolingKind pooling)
    {
        using var classifier = Create(TinyModels.Plain(TinyModels.Transformer, pooling));

        AssertSame(classifier);
    }

    [Theory]
    [MemberData(nameof(Activations))]
    public void EveryActivation_IsTheSame(ActivationKind activation)
    {
        using var transformer = Create(TinyModels.Plain(TinyModels.Transformer with { Activation = activation }) with { HeadHiddenSize = 6, HeadActivation = activation });
        using var rnn = Create(TinyModels.Plain(TinyModels.Rnn with { Activation = activation }));

        AssertSame(transformer);
        AssertSame(rnn);
    }

    public static TheoryData<ActivationKind> Activations => [.. Enum.GetValues<ActivationKind>()];

    [Theory]
    [InlineData(SweepOrder.Alternating, SolutionGradient.Phantom)]
    [InlineData(SweepOrder.Jacobi, SolutionGradient.Implicit)]
    [InlineData(SweepOrder.Alternating, SolutionGradient.Unrolled)]
    [InlineData(SweepOrder.Jacobi, SolutionGradient.Unrolled)]
    public void EverySolverOfBifnn_IsTheSame(SweepOrder order, SolutionGradient gradient)
    {
        using var classifier = Create(TinyModels.Plain(TinyModels.Bifnn with { Order = order, Gradient = gradient }));

        AssertSame(classifier);
    }

    [Fact]
    public void HeadsAndInjections_AreTheSame()
    {
        var feedback = TinyModels.WithFeedback(initialScale: 0.5);
        foreach (var config in new[]
        {
            TinyModels.Plain() with { Head = HeadKind.Graded, Labels = ["1", "2", "5"] },
            feedback with { Head = HeadKind.Graded, Labels = ["1", "2", "5"] },
            feedback with { Head = HeadKind.MultiLabel },
            feedback with { Feedback = feedback.Feedback! with { Inject = InjectKind.Replace } },
            TinyModels.Plain() with { HeadBias = false },
            TinyModels.Plain(TinyModels.Gru with { ReadsPairs = true }),
            TinyModels.Plain(TinyModels.Gru with { Bidirectional = false }),
            TinyModels.Plain(TinyModels.Lstm with { Bidirectional = false }),
            TinyModels.Plain(TinyModels.Rnn with { Bidirectional = false }),
        })
        {
            using var classifier = Create(config);
            AssertSame(classifier);
        }
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
    public void EveryAdapter_IsTheSame(string encoder, string adapter)
    {
        using var classifier = Create(AdaptedModels.Config(adapter, encoder));

        AssertSame(classifier);
    }

    [Fact]
    public void PlainModel_HasNoFeedbackToWrite()
    {
        using var classifier = Create(TinyModels.Plain());

        Assert.Throws<NotExportableException>(() => OnnxExport.Write(classifier, OnnxPart.Feedback, Stream.Null));
    }

    [Theory]
    [InlineData("transformer")]
    [InlineData("mlp")]
    [InlineData("rnn")]
    [InlineData("lstm")]
    public void QuantisedMaps_SayNearlyTheSame(string encoder)
    {
        using var classifier = Create(TinyModels.WithFeedback(Combinations.Encoder(encoder), initialScale: 0.5));
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var expected = classifier.Forward(PackedTokens.Pack(Texts), CPU, classifier.MaxRounds)[^1];
        using var session = Open(classifier, OnnxPart.Classifier, new OnnxForm(OnnxLayout.Packed, Quantised: true));

        var found = session.Run(OnnxSession.Inputs(Texts, OnnxLayout.Packed))["logits"];

        var largest = expected.abs().max().item<float>();
        Assert.All(expected.data<float>().ToArray().Zip(found.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 0.1f * largest));
    }

    private static OnnxSession Open(TextClassifier classifier, OnnxPart part, OnnxForm form)
    {
        using var stream = new MemoryStream();
        OnnxExport.Write(classifier, part, stream, form);
        return new OnnxSession(stream.ToArray());
    }

    private static TextClassifier Create(ClassifierConfig config)
    {
        manual_seed(3);
        var classifier = ClassifierFactory.Create(config);
        TinyModels.Shake(classifier);
        classifier.eval();
        return classifier;
    }

    private static void AssertSame(TextClassifier classifier)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var expected = classifier.Forward(PackedTokens.Pack(Texts), CPU, classifier.MaxRounds);
        foreach (var layout in Enum.GetValues<OnnxLayout>())
        {
            using var session = Open(classifier, OnnxPart.Classifier, new OnnxForm(layout));

            var found = session.Run(OnnxSession.Inputs(Texts, layout));

            for (var round = 0; round < expected.Count; round++)
            {
                AssertEqual(expected[round], found[$"logits_{round}"]);
            }

            AssertEqual(expected[^1], found["logits"]);
        }
    }

    private static void AssertEqual(TorchSharp.torch.Tensor expected, DenseTensor<float> found)
    {
        Assert.Equal(expected.shape, found.Dimensions.ToArray().Select(size => (long)size));
        Assert.All(expected.data<float>().ToArray().Zip(found.ToArray()), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }
}
