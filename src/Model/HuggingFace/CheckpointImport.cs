using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.HuggingFace;

/// <summary>
/// Makes an artifact of a checkpoint in Hugging Face layout. Tensors go through memory one at a time, so that a checkpoint larger than the memory can be imported.
/// </summary>
public static class CheckpointImport
{
    /// <summary>Fewest tokens of the longest text that a model must be able to read.</summary>
    private const int ShortestLimit = 4;

    /// <summary>Imports a folder with its tokenizer.</summary>
    /// <param name="directory">With config.json, weights and tokenizer files.</param>
    /// <param name="artifactDirectory">Missing or empty; holds the artifact afterwards. Useless if this throws.</param>
    /// <param name="now">When the artifact is made.</param>
    /// <param name="lineage">Where the checkpoint comes from.</param>
    /// <returns>SHA-256 of the artifact's manifest, and whether it can classify.</returns>
    /// <exception cref="InvalidFileException">A file is missing, damaged, or of a kind that is not supported; it is named.</exception>
    /// <exception cref="StateDictMismatchException">Tensors are missing, unexpected or different; all are listed.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static ImportedCheckpoint Run(string directory, string artifactDirectory, DateTimeOffset now, ArtifactLineage lineage)
    {
        var (tokenizer, longest) = HuggingFaceTokenizerReader.Read(directory, CheckpointConfigReader.Read(directory).Family);
        return Run(directory, artifactDirectory, tokenizer, longest, now, lineage);
    }

    /// <summary>Imports a folder with a tokenizer that was read already.</summary>
    /// <param name="directory">With config.json and weights.</param>
    /// <param name="artifactDirectory">Missing or empty; holds the artifact afterwards. Useless if this throws.</param>
    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    /// <param name="longestText">Longest text that the tokenizer's files allow; null when they say nothing.</param>
    /// <param name="now">When the artifact is made.</param>
    /// <param name="lineage">Where the checkpoint comes from.</param>
    /// <returns>SHA-256 of the artifact's manifest, and whether it can classify.</returns>
    /// <exception cref="InvalidFileException">A file is missing, damaged, or of a kind that is not supported; it is named.</exception>
    /// <exception cref="StateDictMismatchException">Tensors are missing, unexpected or different; all are listed.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static ImportedCheckpoint Run(
        string directory, string artifactDirectory, ITextTokenizer tokenizer, int? longestText, DateTimeOffset now, ArtifactLineage lineage)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var checkpoint = CheckpointConfigReader.Read(directory);
        var names = FamilyNames.Of(checkpoint.Family);
        using var tensors = CheckpointTensors.Open(directory, names);
        var (config, rules) = Describe(directory, checkpoint, names, tensors);
        config = config with { MaxTokens = Math.Min(checkpoint.Encoder.LongestText, longestText ?? int.MaxValue) };
        Check(config, tokenizer);

        var classifies = config.Labels.Count > 0;
        Func<string, bool> isOfHead = classifies ? _ => false : OfHead(names);
        var unused = Unused.Rules(tensors, names, rules, checkpoint.Encoder.HiddenSize);
        CheckpointComparison.ThrowIfDifferent([.. rules, .. unused], tensors, names, name => names.IsSpare(name) || isOfHead(name));
        LanguageHeadImport.ThrowIfUntied(rules, names, tensors);
        var hash = ArtifactWriter.Write(artifactDirectory, new ArtifactContents
        {
            Kind = classifies ? ArtifactKind.Complete : ArtifactKind.Encoder,
            Config = config,
            Tokenizer = tokenizer,
            Weights = [.. rules.Select(rule => new TensorSource(rule.Target, ScalarType.Float32, rule.Shape, () => Read(rule, tensors)))],
            CreatedAt = now,
            Lineage = lineage,
            Attachments = Unused.Of(tensors, unused) is { Length: > 0 } bytes ? new Dictionary<string, byte[]> { [Unused.File] = bytes } : [],
        });
        return new ImportedCheckpoint(hash, checkpoint.Family, classifies);
    }

    private static (ClassifierConfig Config, IReadOnlyList<WeightRule> Rules) Describe(string directory, CheckpointConfig checkpoint, FamilyNames names, CheckpointTensors tensors)
    {
        var width = checkpoint.Encoder.HiddenSize;
        var bare = FamilyHead.Of(checkpoint.Family).ApplyTo(new ClassifierConfig { Encoder = checkpoint.Encoder, Labels = [], HeadDropout = checkpoint.HeadDropout });
        WeightRule[] encoder = [.. names.Encoder(checkpoint.Encoder)];
        WeightRule[] layer = [.. names.HeadLayer(width)];
        if (checkpoint.Classifies ?? names.Logits(width, 1).All(rule => rule.Sources.All(tensors.Has)))
        {
            var (head, labels) = CheckpointConfigReader.ReadHead(directory);
            return (bare with { Head = head, Labels = labels }, [.. encoder, .. layer, .. names.Logits(width, labels.Count)]);
        }

        // BERT's pooler was trained with the encoder, and a classifier made from it goes on from there.
        var hasPooler = layer.Length > 0 && layer.All(rule => rule.Sources.All(source => tensors.Has(source) && names.TakesPrefix(source)));
        return (bare, [.. encoder, .. hasPooler ? layer : [], .. LanguageHeadImport.Rules(checkpoint.Encoder, names, tensors)]);
    }

    private static void Check(ClassifierConfig config, ITextTokenizer tokenizer)
    {
        var vocabulary = ((TransformerEncoderConfig)config.Encoder).VocabularySize;
        if (tokenizer.VocabularySize > vocabulary)
        {
            throw new InvalidFileException(CheckpointFiles.Config, $"vocab_size is {vocabulary}, but the tokenizer's files have {tokenizer.VocabularySize} tokens. They are of different models.");
        }

        if (config.MaxTokens < ShortestLimit)
        {
            throw new InvalidFileException(CheckpointFiles.Config, $"texts have at most {config.MaxTokens} tokens; at least {ShortestLimit} are needed.");
        }

        var faults = ClassifierConfigValidation.Check(config, withoutLabels: config.Labels.Count == 0);
        if (faults.Count > 0)
        {
            throw new InvalidFileException(CheckpointFiles.Config, string.Join(" ", faults));
        }
    }

    // What an encoder's file may hold of a classifier; heads of other tasks are called as those of classifiers are.
    private static Func<string, bool> OfHead(FamilyNames names)
    {
        var own = names.HeadLayer(1).Concat(names.Logits(1, 1)).SelectMany(rule => rule.Sources).Where(name => !names.TakesPrefix(name)).ToHashSet(StringComparer.Ordinal);
        return name => own.Contains(name) || name.StartsWith("classifier.", StringComparison.Ordinal);
    }

    private static Tensor Read(WeightRule rule, CheckpointTensors tensors) => rule.Form switch
    {
        WeightForm.Transposed => tensors.Read(rule.Sources[0]).t(),
        WeightForm.Stacked => cat([.. rule.Sources.Select(tensors.Read)]),
        _ => tensors.Read(rule.Sources[0]),
    };
}
