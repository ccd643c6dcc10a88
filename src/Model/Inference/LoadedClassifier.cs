using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tokenization;
using static TorchSharp.torch;

namespace FeedbackService.Model.Inference;

/// <summary>A complete classifier read from its artifact: what a predictor is put together from, whatever backend it gets.</summary>
/// <param name="Classifier">On the CPU, in evaluation mode, with its weights. Its tensors belong to whoever gets it, whatever scope is open.</param>
/// <param name="Tokenizer">The tokenizer it was trained with.</param>
/// <param name="Calibration">Temperatures and thresholds.</param>
public sealed record LoadedClassifier(TextClassifier Classifier, ITextTokenizer Tokenizer, Calibration Calibration)
{
    /// <summary>Reads an artifact folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="verification">How closely the files are looked at first. Default sizes.</param>
    /// <param name="manifestSha256">Hash the manifest must have (lower-case hex), from the registry; null to take it as it is.</param>
    /// <exception cref="InvalidArtifactException">The folder cannot be used; the file is named.</exception>
    public static LoadedClassifier Open(string directory, ArtifactVerification verification = ArtifactVerification.Sizes, string? manifestSha256 = null)
    {
        var artifact = ArtifactReader.Open(directory, verification, manifestSha256);
        if (artifact.Manifest.Kind != ArtifactKind.Complete)
        {
            throw new InvalidArtifactException(ArtifactFiles.Manifest, $"its kind is {artifact.Manifest.Kind}; only a complete one can classify{(artifact.Manifest.Kind == ArtifactKind.Adapter ? " without its base" : "")}.");
        }

        var config = artifact.ReadConfig();
        var tokenizer = artifact.ReadTokenizer();
        ThrowIfIdsDoNotFit(config, tokenizer);
        var calibration = artifact.ReadCalibration(config.Labels.Count);
        // Setting the first values of a table leaves a second handle of it behind. It goes with the scope: left to the
        // collector, it would hold the memory of a model long after the model was let go.
        using var scope = NewDisposeScope();
        var classifier = ClassifierFactory.Create(config);
        artifact.LoadWeights(classifier);
        classifier.eval();
        foreach (var tensor in classifier.state_dict().Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return new LoadedClassifier(classifier, tokenizer, calibration);
    }

    // An id beyond the embedding table would be an error deep in native code, and only for some texts.
    internal static void ThrowIfIdsDoNotFit(ClassifierConfig config, ITextTokenizer tokenizer)
    {
        if (tokenizer.VocabularySize > config.Encoder.TokenIds)
        {
            throw new InvalidArtifactException(
                TokenizerFiles.ConfigFile, $"the tokenizer has {tokenizer.VocabularySize} ids, the encoder embeds {config.Encoder.TokenIds}.");
        }
    }
}
