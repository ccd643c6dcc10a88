using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Loads weights into a module after comparing every name, shape and dtype.</summary>
/// <remarks>Replaces load_state_dict, which broadcasts a wrong shape and converts a wrong dtype without a word.</remarks>
public static class StateDictLoader
{
    /// <summary>Compares, then copies. The module keeps its device and dtypes; nothing is changed when anything differs.</summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="reader">The weights.</param>
    /// <param name="allowOtherPrecision">Let floating-point tensors have another floating-point dtype, and convert. Default false.</param>
    /// <exception cref="StateDictMismatchException">Names, shapes or dtypes differ; all differences are listed.</exception>
    /// <exception cref="InvalidSafetensorsException">The file changed while it was read.</exception>
    public static void Load(nn.Module module, SafetensorsReader reader, bool allowOtherPrecision = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(reader);
        var state = module.state_dict();
        ThrowIfDifferent(state, reader, allowOtherPrecision);
        using var frozen = no_grad();
        foreach (var entry in reader.Entries)
        {
            using var scope = NewDisposeScope();
            state[entry.Name].copy_(reader.Read(entry.Name));
        }
    }

    private static void ThrowIfDifferent(Dictionary<string, Tensor> state, SafetensorsReader reader, bool allowOtherPrecision)
    {
        var found = reader.Entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        var missing = state.Keys.Where(name => !found.Contains(name)).Order(StringComparer.Ordinal).ToList();
        List<string> unexpected = [];
        List<string> mismatched = [];
        foreach (var entry in reader.Entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (!state.TryGetValue(entry.Name, out var tensor))
            {
                unexpected.Add(entry.Name);
                continue;
            }

            var dtypeFits = tensor.dtype == entry.Dtype
                || (allowOtherPrecision && SafetensorsDtype.IsFloat(tensor.dtype) && SafetensorsDtype.IsFloat(entry.Dtype));
            if (!dtypeFits || !tensor.shape.SequenceEqual(entry.Shape))
            {
                mismatched.Add(
                    $"{entry.Name} is {Describe(entry.Dtype, entry.Shape)} in the file, {Describe(tensor.dtype, tensor.shape)} in the model");
            }
        }

        if (missing.Count + unexpected.Count + mismatched.Count > 0)
        {
            throw new StateDictMismatchException(missing, unexpected, mismatched);
        }
    }

    private static string Describe(ScalarType dtype, IEnumerable<long> shape) => $"{dtype} [{string.Join(", ", shape)}]";
}
