using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>Which tensors of an adapted classifier are its own, and which its base's.</summary>
/// <remarks>The base's are the encoder's, as they are named without an adapter. All else is the adapter's own: what stands beside the encoder's maps, pooling, head and feedback loop, and Houlsby's norms.</remarks>
public static class AdapterParts
{
    private const string Encoder = "encoder.";
    private const string Added = "_adapter";

    /// <summary>The tensor is one of the adapter's own.</summary>
    /// <param name="adapter">The way of adapting.</param>
    /// <param name="name">In the state dictionary of the classifier.</param>
    public static bool Holds(AdapterConfig adapter, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !IsOfEncoder(name) || IsAdded(name) || (adapter is HoulsbyConfig && IsOfNorm(name));
    }

    /// <summary>The tensor is in the encoder because of an adapter, and no base has it.</summary>
    public static bool IsAdded(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsOfEncoder(name) && name.Contains(Added + ".", StringComparison.Ordinal);
    }

    /// <summary>The weights that an artifact of kind adapter holds. Not owned.</summary>
    /// <exception cref="ArgumentException">The classifier has no adapter.</exception>
    public static IReadOnlyList<TensorSource> WeightsOf(TextClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var adapter = classifier.Config.Adapter ?? throw new ArgumentException("The classifier has no adapter.", nameof(classifier));
        return TensorSource.Of(classifier.state_dict().Where(entry => Holds(adapter, entry.Key)).ToDictionary(StringComparer.Ordinal));
    }

    /// <summary>The tensor belongs to the encoder, with or without an adapter.</summary>
    internal static bool IsOfEncoder(string name) => name.StartsWith(Encoder, StringComparison.Ordinal);

    /// <summary>The map beside which a module of that name stands; null when it is no such module.</summary>
    internal static string? MapOf(string module) => module.EndsWith(Added, StringComparison.Ordinal) ? module[..^Added.Length] : null;

    /// <summary>Takes the gradients from the base's weights.</summary>
    internal static void FreezeBase(nn.Module classifier, AdapterConfig adapter)
    {
        foreach (var (name, parameter) in classifier.named_parameters())
        {
            if (!Holds(adapter, name))
            {
                parameter.requires_grad = false;
            }
        }
    }

    private static bool IsOfNorm(string name)
    {
        var module = name[..name.LastIndexOf('.')];
        return module.EndsWith("norm", StringComparison.Ordinal);
    }
}
