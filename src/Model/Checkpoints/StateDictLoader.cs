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
        var comparison = new StateDictComparison();
        comparison.Add(state, [.. reader.Entries.Select(entry => (entry.Name, entry.Dtype, entry.Shape))], allowOtherPrecision);
        comparison.ThrowIfDifferent();
        using var frozen = no_grad();
        foreach (var entry in reader.Entries)
        {
            using var scope = NewDisposeScope();
            state[entry.Name].copy_(reader.Read(entry.Name));
        }
    }
}
