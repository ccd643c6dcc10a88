using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.CheckpointImport;

/// <summary>Makes a checkpoint of BERT-base's size in Hugging Face layout.</summary>
internal static class RandomCheckpoint
{
    private const int Vocabulary = 30_522;

    /// <summary>Writes it below a folder.</summary>
    /// <returns>The checkpoint's folder.</returns>
    public static string Write(string folder)
    {
        manual_seed(1);
        var artifact = Path.Combine(folder, "made");
        using (var classifier = ClassifierFactory.Create(Config))
        {
            ArtifactWriter.Write(artifact, new ArtifactContents
            {
                Config = Config,
                Tokenizer = new WordPieceTextTokenizer(new WordPieceConfig(), new WordPieceVocabulary([.. Tokens])),
                Weights = TensorSource.Of(classifier.state_dict()),
                CreatedAt = DateTimeOffset.UnixEpoch,
            });
        }

        var checkpoint = Directory.CreateDirectory(Path.Combine(folder, "checkpoint")).FullName;
        foreach (var file in CheckpointExport.Files(ArtifactReader.Open(artifact), "bert-base"))
        {
            using var stream = File.Create(Path.Combine(checkpoint, file.Name));
            file.Write(stream);
        }

        return checkpoint;
    }

    private static ClassifierConfig Config => new()
    {
        Encoder = new TransformerEncoderConfig
        {
            Family = HuggingFaceFamily.Bert,
            Norm = NormPlacement.Post,
            NormEpsilon = 1e-12,
            VocabularySize = Vocabulary,
            HiddenSize = 768,
            Layers = 12,
            Heads = 12,
            IntermediateSize = 3072,
            MaxPositions = 512,
        },
        Pooling = PoolingKind.Cls,
        HeadHiddenSize = 768,
        HeadActivation = ActivationKind.Tanh,
        Labels = ["negative", "positive"],
        MaxTokens = 512,
    };

    private static IEnumerable<string> Tokens =>
        new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" }.Concat(Enumerable.Range(5, Vocabulary - 5).Select(id => $"word{id}"));
}
