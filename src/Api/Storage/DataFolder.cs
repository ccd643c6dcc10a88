using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Storage;

/// <summary>
/// Where a process keeps what it keeps on disk. All parts are on one file system, so that renames are atomic. Artifacts, checkpoints,
/// files and batches lie elsewhere when the service is given a store of its own for them.
/// </summary>
public sealed class DataFolder
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Takes (and makes) the root and its parts. What is made is for its owner alone: texts, models and keys' hashes lie in it.</summary>
    /// <param name="root">Absolute path.</param>
    public DataFolder(string root)
    {
        Root = Path.GetFullPath(root);
        foreach (var part in new[] { Root, Files, Staging, Blobs, Checkpoints, Batches, Temporary, Trash, Cache, CookieSecrets })
        {
            MakePrivate(part);
        }

        DurableFiles.FlushFolder(Root);
    }

    /// <summary>The root.</summary>
    public string Root { get; }

    /// <summary>Database file.</summary>
    public string Database => Path.Combine(Root, "service.db");

    /// <summary>Uploaded and produced files by content hash.</summary>
    public string Files => Path.Combine(Root, "files");

    /// <summary>Artifacts being made: <c>staging/{job}/{epoch}</c>, so that two holders of a lease never share a folder.</summary>
    public string Staging => Path.Combine(Root, "staging");

    /// <summary>Published artifacts: <c>blobs/{manifest hash}</c>. Immutable.</summary>
    public string Blobs => Path.Combine(Root, "blobs");

    /// <summary>Published checkpoints: <c>checkpoints/{job}/{epoch}-step-{n}</c>.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>Answers of batches that have not ended: <c>batches/{batch}/{epoch}-output.jsonl</c> and <c>{epoch}-errors.jsonl</c>.</summary>
    public string Batches => Path.Combine(Root, "batches");

    /// <summary>What was fetched from a store elsewhere. May go at any time.</summary>
    public string Cache => Path.Combine(Root, "cache");

    /// <summary>Uploads in progress.</summary>
    public string Temporary => Path.Combine(Root, "tmp");

    /// <summary>Taken out and about to be deleted: nothing names it, and what is found here after a crash may go.</summary>
    public string Trash => Path.Combine(Root, "trash");

    /// <summary>Path as it is stored: relative to the root.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, path);

    /// <summary>What cookies are sealed with.</summary>
    public string CookieSecrets => Path.Combine(Root, "cookie-secrets");

    /// <summary>Absolute path of something stored relative to the root.</summary>
    /// <exception cref="ArgumentException">The path leaves the root.</exception>
    public string Resolve(string relative)
    {
        var full = Path.GetFullPath(Path.Combine(Root, relative));
        if (!full.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{relative}' leaves the data folder.", nameof(relative));
        }

        return full;
    }

    /// <summary>Makes a folder that only its owner may look into. One that is there keeps its mode: whoever made it may have meant it.</summary>
    internal static void MakePrivate(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, OwnerAlone);
    }
}
