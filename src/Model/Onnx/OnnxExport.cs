using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using Google.Protobuf;
using Onnx;
using static TorchSharp.torch;

namespace FeedbackService.Model.Onnx;

/// <summary>
/// Classifiers as ONNX graphs: one that goes through all rounds, for use elsewhere, and one per segment, so that a runtime can be asked round by round. Texts are padded behind
/// their ends; logits are raw, without calibration. An adapter of low rank is merged into the maps beside it.
/// </summary>
public static class OnnxExport
{
    /// <summary>Version of the operators.</summary>
    public const int OperatorVersion = 17;

    private const int IrVersion = 8;
    private const string Logits = "logits";
    private const string Anchor = "anchor";
    private const string States = "states";
    private const string Input = "input";

    /// <summary>Writes a graph of an artifact.</summary>
    /// <param name="directory">Folder of the artifact.</param>
    /// <param name="baseDirectory">Folder of its base, where it is an adapter's; else null.</param>
    /// <param name="part">Which graph.</param>
    /// <param name="stream">Written from where it stands.</param>
    /// <exception cref="NotExportableException">It is an encoder, has no feedback to write, or is too large for the format.</exception>
    /// <exception cref="InvalidArtifactException">A folder cannot be used; the file is named.</exception>
    public static void Write(string directory, string? baseDirectory, OnnxPart part, Stream stream)
    {
        var artifact = ArtifactReader.Open(directory);
        if (artifact.Manifest.Kind == ArtifactKind.Encoder)
        {
            throw new NotExportableException("It is an encoder, which does not classify yet: fine-tune it first.");
        }

        using var scope = NewDisposeScope();
        using var shared = baseDirectory is null ? null : SharedBase.Open(baseDirectory, CPU);
        using var classifier = shared?.Attach(artifact) ?? Load(artifact);
        Write(classifier, part, stream);
    }

    /// <summary>Writes a graph of a classifier.</summary>
    /// <param name="classifier">In evaluation mode.</param>
    /// <param name="part">Which graph.</param>
    /// <param name="stream">Written from where it stands.</param>
    /// <param name="form">In which form; null for the usual one.</param>
    /// <exception cref="NotExportableException">It has no feedback to write, or is too large for the format.</exception>
    public static void Write(TextClassifier classifier, OnnxPart part, Stream stream, OnnxForm? form = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfTooLarge(classifier);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var graph = new OnnxGraph(part.ToString());
        form ??= OnnxForm.Default;
        var parts = new OnnxParts(graph, classifier, form.Quantised);
        var texts = OnnxTexts.Declare(graph, form.Layout);
        switch (part)
        {
            case OnnxPart.Classifier:
                Whole(parts, texts, classifier.Config);
                break;
            case OnnxPart.Beginning:
                graph.Output(Begin(parts, texts, classifier.Config), Anchor, TensorProto.Types.DataType.Float, texts.Shape(classifier.Config.Encoder.HiddenSize));
                break;
            case OnnxPart.Ending:
                End(parts, texts, classifier.Config);
                break;
            default:
                FeedBack(parts, texts, classifier.Config);
                break;
        }

        new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "FeedbackService",
            OpsetImport = { Operators(form.Layout) },
            Graph = graph.Proto,
        }.WriteTo(stream);
    }

    // Only where texts are packed, which this process alone computes, a graph may go beyond the standard.
    private static IEnumerable<OperatorSetIdProto> Operators(OnnxLayout layout)
    {
        yield return new OperatorSetIdProto { Version = OperatorVersion };
        if (layout == OnnxLayout.Packed)
        {
            yield return new OperatorSetIdProto { Domain = OnnxGraph.RuntimeDomain, Version = 1 };
        }
    }

    private static TextClassifier Load(ModelArtifact artifact)
    {
        var classifier = ClassifierFactory.Create(artifact.ReadConfig());
        artifact.LoadWeights(classifier);
        classifier.eval();
        return classifier;
    }

    // A message of protocol buffers has less than 2 GiB.
    private static void ThrowIfTooLarge(TextClassifier classifier)
    {
        var bytes = classifier.parameters().Sum(parameter => parameter.numel() * sizeof(float));
        if (bytes > int.MaxValue - (64 << 20))
        {
            throw new NotExportableException($"Its weights have {bytes} bytes, and a file of ONNX can have no 2 GiB.");
        }
    }

    private static void Whole(OnnxParts parts, OnnxTexts texts, ClassifierConfig config)
    {
        var encoder = OnnxEncoder.Of(config.Encoder);
        var anchor = Begin(parts, texts, config);
        var states = encoder.Encode(parts, texts, anchor, Reentry(config), config.Encoder.Layers);
        var logits = Classify(parts, texts, config, states);
        Answer($"{Logits}_0");
        for (var round = 1; round <= (config.Feedback?.Rounds ?? 0); round++)
        {
            var step = OnnxLoop.Step(parts, texts, config, logits, states, anchor, parts.Graph.Integers(round - 1));
            states = encoder.Encode(parts, texts, step.Input, Reentry(config), config.Encoder.Layers);
            logits = Classify(parts, texts, config, states);
            Answer($"{Logits}_{round}");
        }

        Answer(Logits);

        void Answer(string name) => parts.Graph.Output(logits, name, TensorProto.Types.DataType.Float, "batch", config.Labels.Count);
    }

    private static string Begin(OnnxParts parts, OnnxTexts texts, ClassifierConfig config)
    {
        var encoder = OnnxEncoder.Of(config.Encoder);
        return encoder.Encode(parts, texts, encoder.Embed(parts, texts), 0, Reentry(config));
    }

    private static void End(OnnxParts parts, OnnxTexts texts, ClassifierConfig config)
    {
        var width = config.Encoder.HiddenSize;
        var input = parts.Graph.Input(Input, TensorProto.Types.DataType.Float, texts.Shape(width));
        var states = OnnxEncoder.Of(config.Encoder).Encode(parts, texts, input, Reentry(config), config.Encoder.Layers);
        parts.Graph.Output(states, States, TensorProto.Types.DataType.Float, texts.Shape(width));
        parts.Graph.Output(Classify(parts, texts, config, states), Logits, TensorProto.Types.DataType.Float, "batch", config.Labels.Count);
    }

    private static void FeedBack(OnnxParts parts, OnnxTexts texts, ClassifierConfig config)
    {
        if (config.Feedback is null)
        {
            throw new NotExportableException("It is a plain model, which feeds nothing back.");
        }

        var (graph, width) = (parts.Graph, config.Encoder.HiddenSize);
        var logits = graph.Input("previous_logits", TensorProto.Types.DataType.Float, "batch", config.Labels.Count);
        var states = graph.Input(States, TensorProto.Types.DataType.Float, texts.Shape(width));
        var anchor = graph.Input(Anchor, TensorProto.Types.DataType.Float, texts.Shape(width));
        var round = graph.Node("Sub", graph.Input("round", TensorProto.Types.DataType.Int64, "batch"), graph.Integer(1));
        var step = OnnxLoop.Step(parts, texts, config, logits, states, anchor, round);
        graph.Output(step.Input, Input, TensorProto.Types.DataType.Float, texts.Shape(width));
        if (step.Attention is not null)
        {
            graph.Output(step.Attention, "attention", TensorProto.Types.DataType.Float, texts.Shape());
        }

        if (step.Kept is not null)
        {
            graph.Output(step.Kept, "kept", TensorProto.Types.DataType.Float, texts.Shape());
        }
    }

    private static int Reentry(ClassifierConfig config) => config.Feedback?.ReentryLayer ?? config.Encoder.Layers;

    private static string Classify(OnnxParts parts, OnnxTexts texts, ClassifierConfig config, string states) =>
        OnnxHead.Classify(parts, config, OnnxPooling.Pool(parts, texts, states, config.Pooling));
}
