using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Api.Storage.Contents;

/// <summary>Where things lie below the root of a folder of content, before, while and after they have their names.</summary>
/// <param name="root">Absolute path.</param>
internal sealed class FolderPlaces(string root)
{
    /// <summary>The root.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>What is being written and has no name yet.</summary>
    public string Incoming => Path.Combine(Root, "incoming");

    /// <summary>What was taken out and is about to be deleted.</summary>
    public string Trash => Path.Combine(Root, "trash");

    /// <summary>Absolute path of a key.</summary>
    /// <exception cref="ArgumentException">It leaves the root.</exception>
    public string Resolve(string key)
    {
        var path = Path.GetFullPath(Path.Combine(Root, key));
        return path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path
            : throw new ArgumentException($"'{key}' leaves the folder of artifacts and files.", nameof(key));
    }

    /// <summary>The same, with the folder that it is in made and on disk.</summary>
    public string MakeParent(string key)
    {
        var path = Resolve(key);
        var parent = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(parent))
        {
            DataFolder.MakePrivate(parent);
            DurableFiles.FlushFolder(Path.GetDirectoryName(parent)!);
        }

        return path;
    }

    /// <summary>A path under which nothing is, for something in the making.</summary>
    public string NewIncoming() => NewPath(Incoming);

    /// <summary>Takes something out by a rename, if it is there.</summary>
    public void Discard(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Move(path, NewPath(Trash));
            }
            else if (File.Exists(path))
            {
                File.Move(path, NewPath(Trash));
            }
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Another process was faster.
        }
    }

    private static string NewPath(string folder)
    {
        DataFolder.MakePrivate(folder);
        return Path.Combine(folder, Guid.CreateVersion7().ToString("N"));
    }
}
