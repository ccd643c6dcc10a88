using System.Collections.Concurrent;
using FeedbackService.Api.Serving.Providers;

namespace FeedbackService.Api.Serving;

/// <summary>
/// Artifacts that could not be loaded a moment ago because their files are damaged. Reading and hashing all of them for everybody who asks would keep a processor from other models. One whose
/// files have been touched since is read again at once.
/// </summary>
internal sealed class DamagedFolders(TimeProvider clock)
{
    /// <summary>How long a folder that looks the same is not read again: what cannot be read may come back without a trace.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string ManifestSha256, ServingProvider Provider), (string Look, long At)> _folders = new();

    /// <summary>What tells whether files of a folder have been touched: their names, sizes and times.</summary>
    public static string LookOf(string directory) => new DirectoryInfo(directory) is { Exists: true } folder
        ? string.Join('\n', folder.EnumerateFiles().Select(file => FormattableString.Invariant($"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}")).Order(StringComparer.Ordinal))
        : "";

    /// <summary>Notes a load that failed.</summary>
    /// <param name="key">What should have been loaded.</param>
    /// <param name="look">Of its folder, taken before it was read.</param>
    public void Add((string ManifestSha256, ServingProvider Provider) key, string look)
    {
        foreach (var (old, (_, at)) in _folders)
        {
            if (clock.GetElapsedTime(at) >= Remembered)
            {
                _folders.TryRemove(old, out _);
            }
        }

        _folders[key] = (look, clock.GetTimestamp());
    }

    /// <summary>Whether a load would fail again.</summary>
    public bool Contains((string ManifestSha256, ServingProvider Provider) key, string directory) =>
        _folders.TryGetValue(key, out var found) && clock.GetElapsedTime(found.At) < Remembered && found.Look == LookOf(directory);
}
