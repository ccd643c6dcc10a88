using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.LanguageModeling;
using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Presets;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>A registered model that a training goes on from. It has no adapter: <see cref="Preset.Refusal"/> of <see cref="AsPreset"/> says so where it has.</summary>
internal sealed class BaseModel : IDisposable
{
    private readonly TokenizerConfig _tokenizerConfig;
    private readonly SafetensorsReader _weights;

    private BaseModel(ModelArtifact artifact)
    {
        Hash = artifact.ManifestSha256;
        Config = artifact.ReadConfig();
        Tokenizer = artifact.ReadTokenizer();
        _tokenizerConfig = JsonFiles.Read<TokenizerConfig>(Path.Combine(artifact.Directory, TokenizerFiles.ConfigFile));
        _weights = artifact.OpenWeights();
    }

    /// <summary>SHA-256 of the artifact's manifest.</summary>
    public string Hash { get; }

    /// <summary>Its classifier.</summary>
    public ClassifierConfig Config { get; }

    /// <summary>Its tokenizer.</summary>
    public ITextTokenizer Tokenizer { get; }

    /// <summary>Opens an artifact folder and checks every file.</summary>
    /// <exception cref="InvalidArtifactException">It is damaged or of another format.</exception>
    public static BaseModel Open(string directory) => new(ArtifactReader.Open(directory, ArtifactVerification.Hashes));

    /// <summary>The model as a starting point for options.</summary>
    public Preset AsPreset() => ModelShape.AsPreset(Config, _tokenizerConfig);

    /// <summary>Gives a new model what this one knows.</summary>
    /// <param name="model">Of the same shape, perhaps with other labels, another pooling or layer in the head, or a loop that this one lacks: those start anew.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public void PassOn(TextClassifier model)
    {
        using var scope = NewDisposeScope();
        var weights = _weights.Entries.ToDictionary(entry => entry.Name, entry => _weights.Read(entry.Name, widen: true), StringComparer.Ordinal);
        ModelWeights.Inherit(model, weights, [.. NewParts(model.Config)]);
    }

    /// <summary>Gives a model to be pre-trained the encoder, and the language head if there is one: else that starts anew.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    public void PassOn(MaskedLanguageModel model)
    {
        using var scope = NewDisposeScope();
        var names = model.state_dict().Keys.ToHashSet(StringComparer.Ordinal);
        var weights = _weights.Entries.Where(entry => names.Contains(entry.Name)).ToDictionary(entry => entry.Name, entry => _weights.Read(entry.Name, widen: true), StringComparer.Ordinal);
        var hasHead = weights.Keys.Any(name => name.StartsWith(LanguageModelFactory.HeadPrefix, StringComparison.Ordinal));
        ModelWeights.Inherit(model, weights, hasHead ? [] : [LanguageModelFactory.HeadPrefix]);
    }

    private IEnumerable<string> NewParts(ClassifierConfig wanted)
    {
        var sameLabels = wanted.Labels.SequenceEqual(Config.Labels, StringComparer.Ordinal);
        var samePooling = wanted.Pooling == Config.Pooling;
        var sameLayer = samePooling && wanted.HeadHiddenSize == Config.HeadHiddenSize && (wanted.HeadHiddenSize == 0 || wanted.HeadActivation == Config.HeadActivation);
        if (!sameLayer || !Has("head.hidden."))
        {
            yield return "head.hidden.";
        }

        if (!sameLayer || !sameLabels)
        {
            yield return "head.projection.";
        }

        if (!samePooling || !Has("pooling."))
        {
            yield return "pooling.";
        }

        if (!sameLabels)
        {
            yield return "feedback_loop.label_embedding";
        }

        if (Config.Encoder is RecurrentEncoderConfig { ReadsPairs: false })
        {
            yield return "encoder.second_text";
        }

        if (Config.Feedback is null)
        {
            yield return "feedback_loop.";
        }
    }

    private bool Has(string beginning) => _weights.Entries.Any(entry => entry.Name.StartsWith(beginning, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
