using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.HuggingFace;

/// <summary>
/// Tensors that belong to a checkpoint's encoder but that its classifier does not use, as the pooler of RoBERTa: kept beside the weights, so that an export has
/// all that was imported.
/// </summary>
internal static class Unused
{
    /// <summary>Name of the file in the artifact.</summary>
    public const string File = "unused.safetensors";

    /// <summary>What an artifact keeps; empty when it keeps nothing.</summary>
    /// <exception cref="InvalidArtifactException">The file is damaged.</exception>
    public static IReadOnlyList<SafetensorsEntry> Entries(ModelArtifact artifact)
    {
        using var reader = Open(artifact);
        return reader?.Entries ?? [];
    }

    /// <summary>The file, for the caller to dispose; null when there is none.</summary>
    /// <exception cref="InvalidArtifactException">It is damaged.</exception>
    public static SafetensorsReader? Open(ModelArtifact artifact)
    {
        try
        {
            return artifact.Find(File) is { } path ? SafetensorsReader.Open(path) : null;
        }
        catch (Exception exception) when (exception is InvalidSafetensorsException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidArtifactException(File, exception.Message, exception);
        }
    }

    /// <summary>What a checkpoint has of these; held to names, shapes and types as all that is used.</summary>
    /// <param name="tensors">The checkpoint's.</param>
    /// <param name="names">Of its family.</param>
    /// <param name="used">Rules of what the classifier uses.</param>
    /// <param name="width">Of the encoder.</param>
    public static IReadOnlyList<WeightRule> Rules(CheckpointTensors tensors, FamilyNames names, IReadOnlyList<WeightRule> used, int width)
    {
        var taken = used.SelectMany(rule => rule.Sources).ToHashSet(StringComparer.Ordinal);
        return [.. names.Unused(width).Where(rule => rule.Sources.All(source => tensors.Has(source) && !taken.Contains(source)))];
    }

    /// <summary>The file's bytes; empty when there is nothing to keep.</summary>
    public static byte[] Of(CheckpointTensors tensors, IReadOnlyList<WeightRule> rules)
    {
        if (rules.Count == 0)
        {
            return [];
        }

        TensorSource[] sources = [.. rules.Select(rule => new TensorSource(rule.Target, ScalarType.Float32, rule.Shape, () => tensors.Read(rule.Target)))];
        var bytes = new byte[SafetensorsWriter.Measure(sources)];
        using var stream = new MemoryStream(bytes);
        SafetensorsWriter.Write(stream, sources);
        return bytes;
    }
}
