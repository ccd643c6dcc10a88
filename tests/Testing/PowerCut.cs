using System.Globalization;
using FeedbackService.Model.Faults;

namespace FeedbackService.Testing;

/// <summary>
/// What a power cut may leave of a data folder whose processes are dead: what they had brought to disk, by <see cref="SyncRecord"/>, and of
/// everything else some, drawn by chance. The embedded database is left whole: what it brings to disk is its own affair.
/// </summary>
public sealed class PowerCut
{
    private readonly Dictionary<ulong, (long Bytes, long Ticks)> _files = [];
    private readonly Dictionary<ulong, (HashSet<string> Entries, long Ticks)> _folders = [];
    private readonly Random _random;

    private PowerCut(string records, int seed)
    {
        _random = new Random(seed);
        foreach (var line in Directory.GetFiles(records).SelectMany(File.ReadLines))
        {
            Take(line.Split('\t'));
        }
    }

    /// <summary>Entries and bytes that were lost.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Takes away from a folder what was not on disk.</summary>
    /// <param name="folder">No process uses it.</param>
    /// <param name="records">Folder that <c>FAULT_SYNCED</c> named.</param>
    /// <param name="seed">Of chance.</param>
    /// <returns>What was lost.</returns>
    public static IReadOnlyList<string> Of(string folder, string records, int seed)
    {
        var cut = new PowerCut(records, seed);
        cut.Strike(folder);
        return cut.Lost;
    }

    private void Take(string[] words)
    {
        var inode = ulong.Parse(words[1], CultureInfo.InvariantCulture);
        var ticks = long.Parse(words[words[0] == "F" ? 3 : 2], CultureInfo.InvariantCulture);
        if (words[0] == "F")
        {
            if (!_files.TryGetValue(inode, out var known) || known.Ticks <= ticks)
            {
                _files[inode] = (long.Parse(words[2], CultureInfo.InvariantCulture), ticks);
            }
        }
        else if (!_folders.TryGetValue(inode, out var known) || known.Ticks <= ticks)
        {
            _folders[inode] = (words[3..].ToHashSet(StringComparer.Ordinal), ticks);
        }
    }

    private void Strike(string folder)
    {
        var kept = FileIdentity.Of(folder) is { } identity && _folders.TryGetValue(identity.Inode, out var record) ? record.Entries : [];
        foreach (var path in Directory.GetFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path).StartsWith("service.db", StringComparison.Ordinal))
            {
                continue;
            }
            var entry = FileIdentity.Of(path)!;
            if (!kept.Contains($"{entry.Inode}/{Path.GetFileName(path)}") && _random.Next(2) == 0)
            {
                Lost.Add(path);
                Remove(path);
            }
            else if (Directory.Exists(path))
            {
                Strike(path);
            }
            else
            {
                Cut(path, entry);
            }
        }
    }

    private void Cut(string path, FileIdentity file)
    {
        var written = File.GetLastWriteTimeUtc(path).Ticks;
        var known = _files.TryGetValue(file.Inode, out var record);
        if (known && (record.Ticks >= written || record.Bytes == file.Bytes))
        {
            return;
        }
        // Of what was appended since, or of all when an inode was used again, any part may be there.
        var safe = known && record.Bytes < file.Bytes ? record.Bytes : 0;
        var left = safe + _random.NextInt64(file.Bytes - safe + 1);
        if (left < file.Bytes)
        {
            Lost.Add($"{path} from byte {left} of {file.Bytes}");
            using var cut = new FileStream(path, FileMode.Open, FileAccess.Write);
            cut.SetLength(left);
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
