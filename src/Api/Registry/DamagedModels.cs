using System.Collections.Concurrent;

namespace FeedbackService.Api.Registry;

/// <summary>Versions and checkpoints whose files this process has found gone or damaged when it wanted to load them, until a load goes well.</summary>
internal sealed class DamagedModels
{
    private readonly ConcurrentDictionary<string, bool> _found = new(StringComparer.Ordinal);

    /// <summary>Hashes of their manifests, as the registry has them; some may be deleted by now.</summary>
    public IReadOnlyCollection<string> Manifests => [.. _found.Keys];

    /// <summary>Notes that files could not be loaded.</summary>
    public void Add(string manifestSha256) => _found[manifestSha256] = true;

    /// <summary>Notes that they could, or that nobody names them any more.</summary>
    public void Remove(string manifestSha256) => _found.TryRemove(manifestSha256, out _);
}
