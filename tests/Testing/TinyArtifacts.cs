using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Testing;

/// <summary>Writes artifact folders of classifiers that load in milliseconds.</summary>
public static class TinyArtifacts
{
    /// <summary>The classifiers that tests of serving are run with: without feedback, with two rounds of it, with attention.</summary>
    public static IReadOnlyDictionary<string, ClassifierConfig> Kinds { get; } = new Dictionary<string, ClassifierConfig>
    {
        ["plain"] = TinyModels.Plain(),
        ["feedback"] = TinyModels.WithFeedback(initialScale: 0.5),
        ["attending"] = TinyModels.WithFeedback(TinyModels.Transformer, initialScale: 0.5),
    };

    private static int _lastSeed = 1_000;

    /// <summary>Writes a classifier with drawn weights.</summary>
    /// <param name="directory">Missing or empty.</param>
    /// <param name="config">A tiny one.</param>
    /// <param name="calibration">Null for none.</param>
    /// <param name="seed">Of the weights; null gives weights that no other artifact has, but that depend on which tests ran before.</param>
    /// <returns>SHA-256 of the manifest.</returns>
    public static string Write(string directory, ClassifierConfig config, Calibration? calibration = null, int? seed = null)
    {
        using var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, seed ?? Interlocked.Increment(ref _lastSeed));
        var weights = classifier.state_dict();
        return ArtifactWriter.Write(directory, new ArtifactContents
        {
            Config = config,
            Tokenizer = Tokenizer(config.Encoder),
            Weights = TensorSource.Of(weights),
            Calibration = calibration,
            CreatedAt = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        });
    }

    /// <summary>Writes an adapter with drawn weights.</summary>
    /// <param name="directory">Missing or empty.</param>
    /// <param name="config">Of the whole classifier, adapter included.</param>
    /// <param name="baseDirectory">A classifier that <see cref="Write"/> has written.</param>
    /// <param name="seed">Of the weights.</param>
    /// <returns>SHA-256 of the manifest.</returns>
    public static string WriteAdapter(string directory, ClassifierConfig config, string baseDirectory, int seed)
    {
        using var classifier = ClassifierFactory.Create(config);
        TinyModels.Draw(classifier, seed);
        var on = ArtifactReader.Open(baseDirectory);
        return ArtifactWriter.Write(directory, new ArtifactContents
        {
            Kind = ArtifactKind.Adapter,
            Base = new ArtifactBase("base:1", on.ManifestSha256),
            Config = config,
            Tokenizer = on.ReadTokenizer(),
            Weights = AdapterParts.WeightsOf(classifier),
            CreatedAt = DateTimeOffset.UnixEpoch,
        });
    }

    private static ITextTokenizer Tokenizer(EncoderConfig encoder) => encoder switch
    {
        TransformerEncoderConfig => new WordPieceTextTokenizer(new WordPieceConfig(), new WordPieceVocabulary(
            ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "green", "blue", "sky", "apples", "are", "not", .. "abcdefghijklmno".Select(letter => letter.ToString())])),
        _ => new HashedNgramTokenizer(new HashedNgramConfig { Buckets = TinyModels.Vocabulary }),
    };
}
