using System.Text.Json;

namespace FeedbackService.Testing.Load;

/// <summary>Everything that clients have asked and been told, in the order of the answers.</summary>
/// <param name="path">File that it is also written to, a JSON line each; null for none.</param>
public sealed class History(string? path = null)
{
    private readonly Lock _lock = new();
    private readonly List<HistoryEntry> _entries = [];

    /// <summary>So far.</summary>
    public IReadOnlyList<HistoryEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Forgets all about a resource that was deleted.</summary>
    public void Forget(string resourceId)
    {
        lock (_lock)
        {
            var keys = _entries.Where(entry => entry.ResourceId == resourceId).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
            _entries.RemoveAll(entry => keys.Contains(entry.Key));
        }
    }

    /// <summary>Adds an attempt.</summary>
    public void Add(HistoryEntry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry);
            if (path is not null)
            {
                File.AppendAllText(path, JsonSerializer.Serialize(entry) + "\n");
            }
        }
    }
}
