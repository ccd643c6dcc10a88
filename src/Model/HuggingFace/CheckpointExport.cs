using System.Text;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;
using static TorchSharp.torch;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Makes a checkpoint in Hugging Face layout of an artifact: the way back of <see cref="CheckpointImport"/>.</summary>
public static class CheckpointExport
{
    // Without it transformers does not know whose tensors these are.
    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    /// <summary>The files of the checkpoint, in the order of their names.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="name">What the model is called, for its card.</param>
    /// <exception cref="NotExportableException">No family could say what the model says.</exception>
    /// <exception cref="InvalidArtifactException">The artifact is damaged.</exception>
    public static IReadOnlyList<ExportedFile> Files(ModelArtifact artifact, string name)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        var tokenizer = artifact.ReadTokenizer();
        var shape = ExportShape.Of(artifact.Manifest.Kind, artifact.ReadConfig(), tokenizer);
        shape = shape with { Guesses = !shape.Classifies && Guesses(artifact, shape) };
        List<ExportedFile> files =
        [
            Small(CheckpointFiles.Config, JsonFiles.ToBytes(CheckpointConfigWriter.Write(shape, PadId(tokenizer)))),
            Small(CheckpointFiles.Card, Encoding.UTF8.GetBytes(ModelCard.Write(shape, artifact.Manifest, name))),
            Weights(artifact, shape),
            .. Tokenizer(tokenizer, shape),
        ];
        return [.. files.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    // transformers classifies texts of different lengths together only if a token pads them; the causal families leave that to the one that ends a text.
    private static int? PadId(ITextTokenizer tokenizer) => tokenizer switch
    {
        WordPieceTextTokenizer pieces => pieces.PadId,
        ByteLevelBpeTokenizer bytes => bytes.PadId ?? bytes.EndId,
        _ => null,
    };

    // A tokenizer writes itself into a folder; what it wrote is small.
    private static List<ExportedFile> Tokenizer(ITextTokenizer tokenizer, ExportShape shape)
    {
        var folder = Directory.CreateTempSubdirectory("feedback-export-");
        try
        {
            HuggingFaceTokenizerWriter.Write(tokenizer, folder.FullName, shape.Family, shape.Config.MaxTokens);
            return [.. folder.EnumerateFiles().Select(file => Small(file.Name, File.ReadAllBytes(file.FullName)))];
        }
        catch (NotSupportedException exception)
        {
            throw new NotExportableException(exception.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ExportedFile Small(string name, byte[] bytes) => new(name, bytes.Length, stream => stream.Write(bytes));

    private static ExportedFile Weights(ModelArtifact artifact, ExportShape shape)
    {
        var names = FamilyNames.Of(shape.Family);
        var (rules, kept) = (Rules(artifact, shape, names), Unused.Entries(artifact));

        // Their sizes are known from the rules; the values are read when the file is.
        IReadOnlyList<TensorSource> Tensors(SafetensorsReader? weights, SafetensorsReader? unused) =>
        [
            .. rules.SelectMany(rule => Split(rule, Full, () => Read(weights, rule.Target))),
            .. kept.Select(entry => new TensorSource(Full(entry.Name), ScalarType.Float32, entry.Shape, () => Read(unused, entry.Name))),
        ];

        return new ExportedFile(CheckpointFiles.Weights, SafetensorsWriter.Measure(Tensors(null, null), Metadata), stream =>
        {
            using var mode = no_grad();
            using var weights = artifact.OpenWeights();
            using var unused = Unused.Open(artifact);
            SafetensorsWriter.Write(stream, Tensors(weights, unused), Metadata);
        });

        string Full(string source) => shape.HasHead && names.TakesPrefix(source) ? names.Prefix + source : source;
    }

    private static List<WeightRule> Rules(ModelArtifact artifact, ExportShape shape, FamilyNames names)
    {
        var width = shape.Encoder.HiddenSize;
        var rules = names.Encoder(shape.Encoder).ToList();
        if (shape.Classifies)
        {
            return [.. rules, .. names.HeadLayer(width), .. names.Logits(width, shape.Config.Labels.Count)];
        }

        using var weights = artifact.OpenWeights();
        var there = weights.Entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        return [.. rules, .. names.HeadLayer(width).Where(rule => there.Contains(rule.Target)), .. shape.Guesses ? LanguageHead(names, shape) : []];
    }

    private static IEnumerable<WeightRule> LanguageHead(FamilyNames names, ExportShape shape) =>
        names.LanguageHead is { } head ? names.LanguageHeadRules(head, shape.Encoder, head.Biases[0]) : [];

    private static bool Guesses(ModelArtifact artifact, ExportShape shape)
    {
        using var weights = artifact.OpenWeights();
        var there = weights.Entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var head = LanguageHead(FamilyNames.Of(shape.Family), shape).ToList();
        return head.Count > 0 && head.All(rule => there.Contains(rule.Target));
    }

    private static IEnumerable<TensorSource> Split(WeightRule rule, Func<string, string> full, Func<Tensor> read)
    {
        for (var part = 0; part < rule.Sources.Count; part++)
        {
            var rows = rule.Shape[0] / rule.Sources.Count;
            var start = part * rows;
            yield return new TensorSource(full(rule.Sources[part]), ScalarType.Float32, rule.SourceShape, () => rule.Form switch
            {
                WeightForm.Transposed => read().t(),
                WeightForm.Stacked => read().narrow(0, start, rows),
                _ => read(),
            });
        }
    }

    private static Tensor Read(SafetensorsReader? reader, string name) => (reader ?? throw new InvalidOperationException("Only the sizes are known.")).Read(name, widen: true);
}
