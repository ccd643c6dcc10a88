using FeedbackService.Model.Adapters;
using FeedbackService.Model.Checkpoints;
using FeedbackService.Model.Inference;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace FeedbackService.Api.Serving;

/// <summary>Bases of the adapters that are in memory, each of them once and as long as a classifier on top of it is.</summary>
internal sealed class SharedBases(Device device, IOptions<ServingOptions> options)
{
    // Bases and who uses them. Held for a moment only: whoever returns a lease comes by here, with the models' own lock held.
    private readonly Lock _gate = new();
    private readonly Lock _loading = new();
    private readonly Dictionary<string, Held> _bases = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Bytes of all bases in memory. Does not wait for one that is being loaded.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Loads an adapter on top of its base, which is loaded first unless it is there. One at a time: attaching is for one thread.</summary>
    /// <param name="model">One with a base.</param>
    /// <param name="measure">
    /// Asked for the threads of the first adapter of a base. Others, which cost the same but for little, take its answer. Null: each computing thread's own number.
    /// </param>
    /// <returns>The predictor, the threads it computes on, and what to call once it has been disposed of.</returns>
    /// <exception cref="InvalidArtifactException">Files of the adapter or of the base cannot be used.</exception>
    public (Predictor Predictor, ThreadPlan? Threads, Action GiveBack) Load(ServableModel model, Func<TorchBackend, ThreadPlan?>? measure = null)
    {
        var files = model.Base ?? throw new ArgumentException($"'{model.Address}' has no base.", nameof(model));
        lock (_loading)
        {
            var held = Take(files);
            try
            {
                var predictor = Predictor.LoadAdapter(
                    model.Directory, held.Base, ArtifactVerification.Hashes, model.ManifestSha256, backend => held.Threads ??= measure?.Invoke(backend));
                return (predictor, held.Threads, () => GiveBack(files.ManifestSha256));
            }
            catch
            {
                GiveBack(files.ManifestSha256);
                throw;
            }
        }
    }

    private Held Take(ServableBase files)
    {
        lock (_gate)
        {
            if (_bases.TryGetValue(files.ManifestSha256, out var there))
            {
                there.Uses++;
                return there;
            }
        }

        var held = new Held(SharedBase.Open(files.Directory, device, ArtifactVerification.Hashes, files.ManifestSha256, options.Value.Precision));
        lock (_gate)
        {
            _bases.Add(files.ManifestSha256, held);
        }

        Interlocked.Add(ref _bytes, held.Bytes);
        return held;
    }

    private void GiveBack(string manifestSha256)
    {
        lock (_gate)
        {
            var held = _bases[manifestSha256];
            if (--held.Uses == 0)
            {
                _bases.Remove(manifestSha256);
                Interlocked.Add(ref _bytes, -held.Bytes);
                held.Base.Dispose();
            }
        }
    }

    private sealed class Held(SharedBase shared)
    {
        public SharedBase Base { get; } = shared;

        public long Bytes { get; } = shared.ByteCount;

        public ThreadPlan? Threads { get; set; }

        public int Uses { get; set; } = 1;
    }
}
