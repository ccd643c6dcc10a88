using FeedbackService.Api.Errors;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Tokenization;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Loaded models by manifest hash. A model is loaded once however many ask for it at the same time; the least
/// recently used are let go beyond the byte limit, once nobody holds a lease.
/// </summary>
internal sealed partial class ModelCache(IOptions<ServingOptions> options, Device device, ILogger<ModelCache> logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private long _uses;

    /// <summary>Loads the model if need be and hands out a lease.</summary>
    /// <exception cref="ServiceException">500 <c>artifact_damaged</c>: the files do not match what was published.</exception>
    public async Task<ModelLease> RentAsync(ServableModel model, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(model.ManifestSha256, out entry!))
            {
                entry = new Entry(model.ManifestSha256, Task.Run(() => Load(model), CancellationToken.None));
                _entries.Add(entry.Key, entry);
            }

            entry.Leases++;
            entry.LastUse = ++_uses;
        }

        try
        {
            var loaded = await entry.Loading.WaitAsync(cancellationToken);
            Evict(keep: entry);
            return new ModelLease(loaded.Predictor, () => Return(entry));
        }
        catch (InvalidArtifactException exception)
        {
            Return(entry);
            Forget(entry);
            LogDamaged(logger, exception, model.Address);
            throw new ServiceException(500, "artifact_damaged", $"The files of '{model.Address}' are damaged. Use another version, or restore them from a backup.", "model");
        }
        catch
        {
            Return(entry);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(entry => entry.Loading.IsCompletedSuccessfully))
            {
                entry.DisposeModel();
            }

            _entries.Clear();
        }
    }

    private LoadedModel Load(ServableModel model)
    {
        // All hashes, not only sizes: a flipped byte must not become a wrong answer. It costs once per load.
        var predictor = Predictor.Load(model.Directory, device, ArtifactVerification.Hashes);
        // The first forward pass pays for lazy initialisation inside libtorch; no caller should.
        predictor.Predict([predictor.Tokenize(new TextInput("warm up"), withSpans: false)], [PredictionOptions.Default]);
        var bytes = new FileInfo(Path.Combine(model.Directory, ArtifactFiles.Weights)).Length;
        LogLoaded(logger, model.Address, bytes);
        return new LoadedModel(predictor, bytes);
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Leases--;
            if (entry is { Evicted: true, Leases: 0 })
            {
                entry.DisposeModel();
            }
        }
    }

    private void Forget(Entry entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(entry.Key, out var current) && ReferenceEquals(current, entry))
            {
                _entries.Remove(entry.Key);
            }
        }
    }

    private void Evict(Entry keep)
    {
        lock (_gate)
        {
            var loaded = _entries.Values.Where(entry => entry.Loading.IsCompletedSuccessfully).OrderBy(entry => entry.LastUse).ToList();
            var bytes = loaded.Sum(entry => entry.Bytes);
            foreach (var entry in loaded.Where(entry => !ReferenceEquals(entry, keep)))
            {
                if (bytes <= options.Value.LoadedBytes)
                {
                    return;
                }

                bytes -= entry.Bytes;
                _entries.Remove(entry.Key);
                entry.Evicted = true;
                if (entry.Leases == 0)
                {
                    entry.DisposeModel();
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Loaded {Model} ({Bytes} bytes of weights)")]
    private static partial void LogLoaded(ILogger logger, string model, long bytes);

    [LoggerMessage(LogLevel.Error, "The artifact of {Model} is damaged")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string model);

    private sealed record LoadedModel(Predictor Predictor, long Bytes);

    private sealed class Entry(string key, Task<LoadedModel> loading)
    {
        public string Key { get; } = key;

        public Task<LoadedModel> Loading { get; } = loading;

        public int Leases { get; set; }

        public long LastUse { get; set; }

        public bool Evicted { get; set; }

#pragma warning disable RS0030 // Only read after IsCompletedSuccessfully: never blocks.
        public long Bytes => Loading.Result.Bytes;

        public void DisposeModel() => Loading.Result.Predictor.Dispose();
#pragma warning restore RS0030
    }
}
