using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>Makes adapted classifiers into ones without an adapter: W = W₀ + (α/r)·BA, or W₀ + (α/r)·PΛQ.</summary>
public static class AdapterMerge
{
    /// <summary>The adapter is a linear map beside linear maps, so that the two can be one.</summary>
    public static bool IsPossible(AdapterConfig adapter) => adapter is LowRankConfig;

    /// <summary>A classifier with the same outputs, but for rounding, and without an adapter. On the CPU, in training mode, all its weights with gradient.</summary>
    /// <param name="adapted">Left as it is.</param>
    /// <returns>Owned by the caller, whatever scope is open.</returns>
    /// <exception cref="InvalidConfigurationException">The adapter cannot be merged.</exception>
    /// <exception cref="ArgumentException">There is no adapter.</exception>
    public static TextClassifier Merge(TextClassifier adapted)
    {
        ArgumentNullException.ThrowIfNull(adapted);
        var adapter = adapted.Config.Adapter ?? throw new ArgumentException("The classifier has no adapter.", nameof(adapted));
        if (!IsPossible(adapter))
        {
            throw new InvalidConfigurationException(["adapter is a network behind the encoder's sublayers, which no weight of the base can stand for; only lora and adalora can be merged."]);
        }

        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var merged = ClassifierFactory.Create(adapted.Config with { Adapter = null });
        var state = merged.state_dict();
        var weights = adapted.state_dict();
        foreach (var (name, target) in state)
        {
            target.copy_(weights[name]);
        }

        foreach (var (name, module) in adapted.named_modules())
        {
            if (module is MapAdapter map && AdapterParts.MapOf(name) is { } of)
            {
                var weight = of + ".weight";
                state[weight].copy_(map.MergeInto(weights[weight]));
            }
        }

        foreach (var tensor in state.Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return merged;
    }

    /// <summary>Writes a complete artifact from an adapter's and its base's: merged weights, and everything else of the adapter's.</summary>
    /// <param name="directory">Made if missing; must be empty.</param>
    /// <param name="baseDirectory">Folder of the base.</param>
    /// <param name="adapterDirectory">Folder of the adapter.</param>
    /// <param name="createdAt">When this is done, UTC.</param>
    /// <returns>SHA-256 of the new manifest.</returns>
    /// <exception cref="InvalidArtifactException">One of the folders cannot be used, or they do not fit.</exception>
    /// <exception cref="InvalidConfigurationException">The adapter cannot be merged.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static string Write(string directory, string baseDirectory, string adapterDirectory, DateTimeOffset createdAt)
    {
        var artifact = ArtifactReader.Open(adapterDirectory, ArtifactVerification.Hashes);
        using var shared = SharedBase.Open(baseDirectory, CPU, ArtifactVerification.Hashes);
        using var adapted = shared.Attach(artifact);
        using var merged = Merge(adapted);
        var manifest = artifact.Manifest;
        var calibration = artifact.Find(ArtifactFiles.Calibration) is null ? null : artifact.ReadCalibration(merged.Config.Labels.Count);
        return ArtifactWriter.Write(directory, new ArtifactContents
        {
            Config = merged.Config,
            Tokenizer = artifact.ReadTokenizer(),
            Weights = TensorSource.Of(merged.state_dict()),
            CreatedAt = createdAt,
            Precision = manifest.Precision,
            Calibration = calibration,
            Lineage = manifest.Lineage,
            Metrics = manifest.Metrics,
            Attachments = Attachments(artifact),
        });
    }

    private static Dictionary<string, byte[]> Attachments(ModelArtifact artifact) => artifact.Manifest.Files
        .Where(file => !ArtifactFiles.IsOfFormat(file.Name))
        .ToDictionary(file => file.Name, file => File.ReadAllBytes(Path.Combine(artifact.Directory, file.Name)), StringComparer.Ordinal);
}
