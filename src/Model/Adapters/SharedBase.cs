using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Classification;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Adapters;

/// <summary>
/// The encoder's weights of a base in memory once, for any number of classifiers that adapt it: they cost their own small weights each.
/// </summary>
/// <remarks>
/// Ownership: the weights' memory is counted by libtorch, one count for this object and one for each classifier. Whichever goes first, the others work on; the last one
/// gone frees it. A cache holds this object as long as it may want to attach a further adapter, and nothing has to be disposed in any order.
/// Nobody may write into the base: a classifier with an adapter has its base's weights without gradient, so no optimizer does, and they must not be loaded anew in place.
/// A classifier moved to another device leaves the base and has weights of its own.
/// Attaching and disposing belong to one thread at a time; attached classifiers may be used by different threads.
/// </remarks>
public sealed class SharedBase : IDisposable
{
    private readonly Dictionary<string, Tensor> _weights;
    private bool _disposed;

    private SharedBase(string manifestSha256, ClassifierConfig config, Device device, ComputePrecision precision, Dictionary<string, Tensor> weights)
    {
        (ManifestSha256, Config, Device, Precision, _weights) = (manifestSha256, config, device, precision, weights);
    }

    /// <summary>SHA-256 of the base's manifest, lower-case hex; adapters name it.</summary>
    public string ManifestSha256 { get; }

    /// <summary>The base's own classifier; only its encoder is shared.</summary>
    public ClassifierConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>In what classifiers compute.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>Bytes of the weights.</summary>
    public long ByteCount => _weights.Values.Sum(weight => weight.numel() * weight.element_size());

    /// <summary>Reads the encoder of a base to a device.</summary>
    /// <param name="directory">Folder of a complete artifact or of an encoder's.</param>
    /// <param name="device">Where classifiers are to compute.</param>
    /// <param name="verification">How closely the files are looked at first. Default sizes.</param>
    /// <param name="manifestSha256">Hash the manifest must have (lower-case hex); null to take it as it is.</param>
    /// <param name="precision">In what classifiers are to compute. Default float32.</param>
    /// <exception cref="InvalidArtifactException">The folder cannot be used, or is itself an adapter; the file is named.</exception>
    public static SharedBase Open(
        string directory,
        Device device,
        ArtifactVerification verification = ArtifactVerification.Sizes,
        string? manifestSha256 = null,
        ComputePrecision precision = ComputePrecision.Float32)
    {
        ArgumentNullException.ThrowIfNull(device);
        var artifact = ArtifactReader.Open(directory, verification, manifestSha256);
        var config = artifact.ReadConfig();
        if (artifact.Manifest.Kind == ArtifactKind.Adapter || config.Adapter is not null)
        {
            throw new InvalidArtifactException(ArtifactFiles.Config, "it has an adapter of its own, so it is no base; merge the adapter into a complete model first.");
        }

        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        using var scope = NewDisposeScope();
        using var reader = artifact.OpenWeights();
        foreach (var entry in reader.Entries.Where(entry => AdapterParts.IsOfEncoder(entry.Name)))
        {
            var weight = reader.Read(entry.Name, widen: true);
            weights.Add(entry.Name, (precision == ComputePrecision.Bfloat16 ? weight.to(ScalarType.BFloat16) : weight).to(device));
        }

        foreach (var weight in weights.Values)
        {
            weight.DetachFromDisposeScope();
        }

        return new SharedBase(artifact.ManifestSha256, config, device, precision, weights);
    }

    /// <summary>Makes a classifier of an adapter's small weights on top of the shared ones, in evaluation mode, on <see cref="Device"/>.</summary>
    /// <param name="adapter">An artifact of kind adapter.</param>
    /// <returns>Owned by the caller, whatever scope is open.</returns>
    /// <exception cref="InvalidArtifactException">It is of another kind or of another base, or a name, shape or dtype of either file is not what the classifier needs; the inner exception lists every difference.</exception>
    public TextClassifier Attach(ModelArtifact adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ObjectDisposedException.ThrowIf(_disposed, this);
        ThrowIfOfAnother(adapter);
        var config = adapter.ReadConfig();
        if (config.Adapter is null)
        {
            throw new InvalidArtifactException(ArtifactFiles.Config, "it has no adapter, though the manifest says so.");
        }

        // As in Predictor.Load: second handles that initialisation leaves behind go with the scope.
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var classifier = ClassifierFactory.Create(config);
        try
        {
            classifier.ComputeIn(Precision);
            classifier.to(Device);
            classifier.eval();
            Fill(classifier.state_dict(), config.Adapter, adapter);
        }
        catch
        {
            classifier.Dispose();
            throw;
        }

        foreach (var tensor in classifier.state_dict().Values)
        {
            tensor.DetachFromDisposeScope();
        }

        return classifier;
    }

    /// <summary>Lets go of the weights. Classifiers made from them keep them.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var weight in _weights.Values)
        {
            weight.Dispose();
        }
    }

    private void ThrowIfOfAnother(ModelArtifact adapter)
    {
        if (adapter.Manifest.Base is not { } wanted)
        {
            throw new InvalidArtifactException(ArtifactFiles.Manifest, $"its kind is {adapter.Manifest.Kind}; only an adapter goes on top of a base.");
        }

        if (wanted.ManifestSha256 != ManifestSha256)
        {
            throw new InvalidArtifactException(ArtifactFiles.Manifest, $"its base is '{wanted.Model}' with manifest {wanted.ManifestSha256}, but the base at hand has manifest {ManifestSha256}.");
        }
    }

    private void Fill(Dictionary<string, Tensor> state, AdapterConfig config, ModelArtifact adapter)
    {
        var own = state.Where(entry => AdapterParts.Holds(config, entry.Key)).ToDictionary(StringComparer.Ordinal);
        var ofBase = state.Where(entry => !own.ContainsKey(entry.Key)).ToDictionary(StringComparer.Ordinal);

        // What the adapter has a version of its own of, such as norms, the base may have too.
        var offered = _weights.Where(entry => !own.ContainsKey(entry.Key)).Select(entry => (entry.Key, entry.Value.dtype, (IReadOnlyList<long>)entry.Value.shape));
        using var reader = adapter.OpenWeights();
        var comparison = new StateDictComparison();
        comparison.Add(ofBase, [.. offered], allowOtherPrecision: false, "base: ");
        comparison.Add(own, [.. reader.Entries.Select(entry => (entry.Name, entry.Dtype, entry.Shape))], adapter.Manifest.Precision != ArtifactPrecision.Float32 || Precision != ComputePrecision.Float32, "adapter: ");
        try
        {
            comparison.ThrowIfDifferent();
            foreach (var (name, target) in own)
            {
                target.copy_(reader.Read(name));
            }
        }
        catch (Exception exception) when (exception is StateDictMismatchException or InvalidSafetensorsException)
        {
            throw new InvalidArtifactException(ArtifactFiles.Weights, exception.Message, exception);
        }

        foreach (var (name, target) in ofBase)
        {
            // The tensor stays, its storage becomes the shared one; libtorch counts who uses it.
            target.set_(_weights[name]);
        }
    }
}
