using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Holds the tensors of a checkpoint to what the model needs before any of them is read.</summary>
internal static class CheckpointComparison
{
    /// <summary>Compares every name, shape and type.</summary>
    /// <exception cref="StateDictMismatchException">Something is missing, unexpected or different; all of it is listed under the names of the checkpoint.</exception>
    public static void ThrowIfDifferent(IReadOnlyList<WeightRule> rules, CheckpointTensors tensors, FamilyNames family, Func<string, bool> isSpare)
    {
        var needed = rules.SelectMany(rule => rule.Sources.Select(source => (Source: source, Shape: rule.SourceShape))).ToList();
        var missing = needed.Where(need => !tensors.Has(need.Source)).Select(need => Full(need.Source, family)).ToList();
        var known = needed.Select(need => need.Source).ToHashSet(StringComparer.Ordinal);
        var unexpected = tensors.Names.Where(name => !known.Contains(name) && !isSpare(name)).Select(tensors.Original).Order(StringComparer.Ordinal).ToList();
        var mismatched = needed.Where(need => tensors.Has(need.Source)).Select(need => Difference(tensors.Entry(need.Source), need.Shape)).OfType<string>().ToList();
        if (missing.Count + unexpected.Count + mismatched.Count > 0)
        {
            throw new StateDictMismatchException(missing, unexpected, mismatched);
        }
    }

    private static string? Difference(SafetensorsEntry entry, IReadOnlyList<long> shape) =>
        entry.Dtype is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 && entry.Shape.SequenceEqual(shape)
            ? null
            : $"{entry.Name} is {entry.Dtype} [{string.Join(", ", entry.Shape)}] in the file; its config.json needs Float32, Float16 or BFloat16 [{string.Join(", ", shape)}]";

    private static string Full(string name, FamilyNames family) => family.TakesPrefix(name) ? family.Prefix + name : name;
}
