using FeedbackService.Model.Adapters;
using static TorchSharp.torch;

namespace FeedbackService.Training.Loop;

/// <summary>Copies of a model's state dictionary, in and out.</summary>
internal static class ModelWeights
{
    /// <summary>A copy of every tensor, owned by the caller.</summary>
    public static Dictionary<string, Tensor> Snapshot(nn.Module model)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return model.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    /// <summary>Sets every tensor.</summary>
    /// <exception cref="InvalidDataException">Names or shapes are not the model's; the model is then unchanged.</exception>
    public static void Restore(nn.Module model, IReadOnlyDictionary<string, Tensor> weights)
    {
        var current = model.state_dict();
        var odd = current.Keys.Except(weights.Keys).Select(name => $"missing {name}")
            .Concat(weights.Keys.Except(current.Keys).Select(name => $"unexpected {name}"))
            .Concat(current.Where(entry => weights.TryGetValue(entry.Key, out var other) && !SameShape(entry.Value, other)).Select(entry => $"other shape of {entry.Key}"))
            .ToList();
        if (odd.Count > 0)
        {
            throw new InvalidDataException($"The weights do not fit the model: {string.Join(", ", odd)}.");
        }

        CopyInto(current, weights);
    }

    /// <summary>Takes over what a registered model knows. An adapter beside the encoder is left as it is.</summary>
    /// <param name="model">The new model, of the same shape but for what starts anew.</param>
    /// <param name="weights">The registered model's tensors.</param>
    /// <param name="newParts">Beginnings of the names of tensors that are left as they are.</param>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape; the model is then unchanged.</exception>
    public static void Inherit(nn.Module model, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyList<string> newParts)
    {
        var wanted = model.state_dict().Where(entry => !AdapterParts.IsAdded(entry.Key) && !newParts.Any(part => entry.Key.StartsWith(part, StringComparison.Ordinal))).ToList();
        var odd = wanted.Where(entry => !weights.TryGetValue(entry.Key, out var weight) || !SameShape(entry.Value, weight)).Select(entry => entry.Key).ToList();
        if (odd.Count > 0)
        {
            throw new InvalidDataException($"The base model's weights are missing or have another shape: {string.Join(", ", odd)}.");
        }

        CopyInto(wanted, weights);
    }

    private static bool SameShape(Tensor one, Tensor other) => one.shape.AsSpan().SequenceEqual(other.shape);

    private static void CopyInto(IEnumerable<KeyValuePair<string, Tensor>> targets, IReadOnlyDictionary<string, Tensor> weights)
    {
        using var noGradient = no_grad();
        foreach (var (name, target) in targets)
        {
            target.copy_(weights[name]);
        }
    }
}
