using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Model.HuggingFace;

/// <summary>
/// Tensors that belong to a checkpoint's encoder but that its classifier does not use, as the pooler of RoBERTa: kept beside the weights, so that an export has
/// all that was imported.
/// </summary>
internal static class Unused
{
    /// <summary>Name of the file in the artifact.</summary>
    public const string File = "unused.safetensors";

    private const string Pooler = "pooler.";

    // A pooler is a map of the encoder's width: larger than that of any model there is, it is none.
    private const long MostBytes = 256L << 20;

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

    /// <summary>The file's bytes; empty when there is nothing to keep.</summary>
    public static byte[] Of(CheckpointTensors tensors, IReadOnlyList<WeightRule> rules)
    {
        var used = rules.SelectMany(rule => rule.Sources).ToHashSet(StringComparer.Ordinal);
        var kept = tensors.Names.Where(name => name.StartsWith(Pooler, StringComparison.Ordinal) && !used.Contains(name)).ToList();
        if (kept.Count == 0 || kept.Sum(name => tensors.Entry(name).ByteCount) > MostBytes)
        {
            return [];
        }

        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [.. kept.Select(name => new TensorSource(name, TorchSharp.torch.ScalarType.Float32, tensors.Entry(name).Shape, () => tensors.Read(name)))]);
        return stream.ToArray();
    }
}
