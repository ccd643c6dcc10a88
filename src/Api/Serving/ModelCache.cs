using System.Diagnostics;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving.Providers;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Inference;
using Microsoft.Extensions.Options;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Loaded models by manifest hash and by what computes them. A model is loaded once however many ask for it at the same time, and adapters share their base. Beyond the byte
/// limit the least recently used without a lease are let go; the one used last stays, however large.
/// </summary>
internal sealed partial class ModelCache(
    IOptions<ServingOptions> options, ModelLoader loader, SharedBases bases, DamagedModels damaged, ServingMetrics metrics, TimeProvider clock, ILogger<ModelCache> logger) : IDisposable
{
    // Whoever waits for another model's load waits for it alone; more at a time would take the memory and the processors of those that answer, and spoil each other's races.
    private const int LoadsAtOnce = 2;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _loads = new(LoadsAtOnce);
    private readonly Dictionary<(string ManifestSha256, ServingProvider Provider), Entry> _entries = [];
    private readonly DamagedFolders _damagedFolders = new(clock);
    private long _bytes;
    private long _uses;
    private bool _disposed;

    /// <summary>Loads the model if need be and hands out a lease.</summary>
    /// <exception cref="ServiceException">500 <c>artifact_damaged</c>: the files do not match what was published. Once they have been touched, or some seconds later, they are looked at again.</exception>
    public async Task<ModelLease> RentAsync(ServableModel model, CancellationToken cancellationToken)
    {
        var key = KeyOf(model);
        if (_damagedFolders.Contains(key, model.Directory))
        {
            throw Damaged(model);
        }

        Entry entry;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_entries.TryGetValue(key, out entry!))
            {
                entry = new Entry(key, loading => LoadAsync(model, loading));
                _entries.Add(entry.Key, entry);
            }

            if (entry.Addresses.Add(model.Address) && entry.Predictor is not null)
            {
                metrics.Models.Loaded(model.Address, entry.Bytes, entry.Provider);
            }

            entry.Leases++;
            entry.LastUse = ++_uses;
        }

        try
        {
            return new ModelLease(await entry.Loading.WaitAsync(cancellationToken), () => Return(entry));
        }
        catch
        {
            Return(entry);
            throw;
        }
    }

    /// <summary>What the model is to be computed by.</summary>
    public ServingProvider ProviderOf(ServableModel model) => loader.ProviderOf(model);

    /// <summary>Whether the model is in memory now.</summary>
    public bool Holds(ServableModel model)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(KeyOf(model), out var entry) && entry.Predictor is not null;
        }
    }

    /// <summary>Lets go of every model without a lease; the others go when their lease is returned.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var entry in _entries.Values.ToList())
            {
                LetGoIfIdle(entry);
            }
        }
    }

    private long Bytes => _bytes + bases.Bytes;

    private (string ManifestSha256, ServingProvider Provider) KeyOf(ServableModel model) => (model.ManifestSha256, loader.ProviderOf(model));

    // Without the caller's token: others may be waiting for the same load by the time this caller goes.
    private async Task<Predictor> LoadAsync(ServableModel model, Entry entry)
    {
        await _loads.WaitAsync();
        try
        {
            // Takes seconds of a processor: not a thread of those that answer requests.
            return await Task.Factory.StartNew(() => Load(model, entry), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _loads.Release();
        }
    }

    private Predictor Load(ServableModel model, Entry entry)
    {
        var (started, look) = (Stopwatch.GetTimestamp(), DamagedFolders.LookOf(model.Directory));
        try
        {
            var bytes = new DirectoryInfo(model.Directory).EnumerateFiles().Sum(file => file.Length);
            var (predictor, provider, giveBack) = loader.Load(model);
            lock (_gate)
            {
                (entry.Predictor, entry.GiveBack, entry.Bytes, entry.Provider) = (predictor, giveBack, bytes, provider);
                _bytes += bytes;
                foreach (var address in entry.Addresses)
                {
                    metrics.Models.Loaded(address, bytes, provider);
                }

                Tidy(entry);
                metrics.ModelsHeld(_entries.Count, Bytes);
            }

            damaged.Remove(model.ManifestSha256);
            metrics.ModelLoaded(Stopwatch.GetElapsedTime(started));
            LogLoaded(logger, model.Address, bytes, provider);
            return predictor;
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _entries.Remove(entry.Key);
                metrics.ModelsHeld(_entries.Count, Bytes);
            }

            metrics.ModelFailed();
            if (FolderFaults.IsAway(exception))
            {
                throw new ContentStoreException($"The files of '{model.Address}' cannot be read just now: {exception.Message}", exception);
            }

            if (exception is InvalidArtifactException or IOException or UnauthorizedAccessException)
            {
                damaged.Add(model.ManifestSha256);
                _damagedFolders.Add(entry.Key, look);
                LogDamaged(logger, exception, model.Address);
                throw Damaged(model);
            }

            throw;
        }
    }

    private static ServiceException Damaged(ServableModel model) =>
        new(500, "artifact_damaged", $"The files of '{model.Address}' are damaged. Use another version, or restore them from a backup.", "model");

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Leases--;
            Tidy(entry);
        }
    }

    private void Tidy(Entry changed)
    {
        if (_disposed)
        {
            LetGoIfIdle(changed);
        }
        else if (Bytes > options.Value.LoadedBytes)
        {
            foreach (var entry in _entries.Values.Where(entry => entry.LastUse != _uses).OrderBy(entry => entry.LastUse).ToList())
            {
                if (Bytes > options.Value.LoadedBytes && LetGoIfIdle(entry))
                {
                    metrics.ModelEvicted();
                }
            }
        }
    }

    private bool LetGoIfIdle(Entry entry)
    {
        if (entry is not { Leases: 0, Predictor: { } predictor })
        {
            return false;
        }

        _entries.Remove(entry.Key);
        _bytes -= entry.Bytes;
        entry.Predictor = null;
        predictor.Dispose();
        entry.GiveBack?.Invoke();
        metrics.ModelsHeld(_entries.Count, Bytes);
        foreach (var address in entry.Addresses)
        {
            metrics.Models.LetGo(address, entry.Provider);
        }

        return true;
    }

    [LoggerMessage(LogLevel.Information, "Loaded {Model} ({Bytes} bytes), computed by {Provider}")]
    private static partial void LogLoaded(ILogger logger, string model, long bytes, ServingProvider provider);

    [LoggerMessage(LogLevel.Error, "The artifact of {Model} is damaged")]
    private static partial void LogDamaged(ILogger logger, Exception exception, string model);

    private sealed class Entry
    {
        public Entry((string ManifestSha256, ServingProvider Provider) key, Func<Entry, Task<Predictor>> load)
        {
            Key = key;
            Loading = load(this);
        }

        public (string ManifestSha256, ServingProvider Provider) Key { get; }

        /// <summary>Of all versions with this artifact that have been asked for.</summary>
        public HashSet<string> Addresses { get; } = new(StringComparer.Ordinal);

        public Task<Predictor> Loading { get; }

        /// <summary>Null while loading and once let go.</summary>
        public Predictor? Predictor { get; set; }

        /// <summary>Lets go of the base of an adapter, after the predictor; null for a complete model.</summary>
        public Action? GiveBack { get; set; }

        public long Bytes { get; set; }

        /// <summary>What computes it, which <see cref="Key"/> may leave open.</summary>
        public ServingProvider Provider { get; set; }

        public int Leases { get; set; }

        public long LastUse { get; set; }
    }
}
