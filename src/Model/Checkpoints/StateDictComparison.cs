using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Gathers every difference between what a model needs and what files hold.</summary>
internal sealed class StateDictComparison
{
    private readonly List<string> _missing = [];
    private readonly List<string> _unexpected = [];
    private readonly List<string> _mismatched = [];

    /// <summary>Compares names, shapes and dtypes.</summary>
    /// <param name="needed">What the model has to get.</param>
    /// <param name="found">What a file holds.</param>
    /// <param name="allowOtherPrecision">A floating-point dtype may stand for another.</param>
    /// <param name="source">Put before each name, to tell files apart; empty for one file.</param>
    public void Add(
        IReadOnlyDictionary<string, Tensor> needed, IReadOnlyCollection<(string Name, ScalarType Dtype, IReadOnlyList<long> Shape)> found, bool allowOtherPrecision, string source = "")
    {
        var names = found.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        _missing.AddRange(needed.Keys.Where(name => !names.Contains(name)).Order(StringComparer.Ordinal).Select(name => source + name));
        foreach (var (name, dtype, shape) in found.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (!needed.TryGetValue(name, out var tensor))
            {
                _unexpected.Add(source + name);
                continue;
            }

            var dtypeFits = tensor.dtype == dtype || (allowOtherPrecision && SafetensorsDtype.IsFloat(tensor.dtype) && SafetensorsDtype.IsFloat(dtype));
            if (!dtypeFits || !tensor.shape.SequenceEqual(shape))
            {
                _mismatched.Add($"{source}{name} is {Describe(dtype, shape)} in the file, {Describe(tensor.dtype, tensor.shape)} in the model");
            }
        }
    }

    /// <exception cref="StateDictMismatchException">There was a difference; all are listed.</exception>
    public void ThrowIfDifferent()
    {
        if (_missing.Count + _unexpected.Count + _mismatched.Count > 0)
        {
            throw new StateDictMismatchException(_missing, _unexpected, _mismatched);
        }
    }

    private static string Describe(ScalarType dtype, IEnumerable<long> shape) => $"{dtype} [{string.Join(", ", shape)}]";
}
