using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Files;

/// <summary>Where the bytes of files lie: by hash, so that equal files are kept once and no name of a user becomes a path.</summary>
/// <param name="folder">The data folder.</param>
public sealed class FileContents(DataFolder folder)
{
    /// <summary>The content with that hash.</summary>
    /// <param name="sha256">Lower-case hex.</param>
    public string PathOf(string sha256)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        return folder.Resolve(Path.Combine("files", sha256[..2], sha256));
    }

    /// <summary>What was found in a file. It hangs on the columns chosen, hence on the file and not on its content.</summary>
    /// <param name="fileId">The file.</param>
    internal FileFindings FindingsOf(string fileId) => new(FindingsFolder(fileId));

    /// <summary>A place for an upload in progress.</summary>
    public string NewTemporaryPath() => Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));

    /// <summary>Gives a finished upload its place. The file at <paramref name="temporary"/> is gone afterwards.</summary>
    public void Keep(string temporary, string sha256)
    {
        var path = PathOf(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Gives what was found in a file its place, if there is something. The folder at <paramref name="temporary"/> is gone afterwards.</summary>
    public void KeepFindings(string temporary, string fileId)
    {
        if (!Directory.Exists(temporary))
        {
            return;
        }

        var target = FindingsFolder(fileId);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        DurableFolder.Remove(target);
        Directory.Move(temporary, target);
    }

    /// <summary>Removes what was found in a file.</summary>
    /// <param name="fileId">The file.</param>
    public void RemoveFindings(string fileId) => DurableFolder.Remove(FindingsFolder(fileId));

    private string FindingsFolder(string fileId) => folder.Resolve(Path.Combine("files", "findings", fileId));
}
