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

    /// <summary>The issues found in a file, one JSON object per line. They hang on the columns chosen, hence on the file and not on its content.</summary>
    /// <param name="fileId">The file.</param>
    public string IssuesPathOf(string fileId) => folder.Resolve(Path.Combine("files", "issues", fileId + ".jsonl"));

    /// <summary>A place for an upload in progress.</summary>
    public string NewTemporaryPath() => Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));

    /// <summary>Gives a finished upload its place. The file at <paramref name="temporary"/> is gone afterwards.</summary>
    public void Keep(string temporary, string sha256)
    {
        var path = PathOf(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Gives the issues of a file their place, if there are any. The file at <paramref name="temporary"/> is gone afterwards.</summary>
    public void KeepIssues(string temporary, string fileId)
    {
        if (!File.Exists(temporary))
        {
            return;
        }

        var path = IssuesPathOf(fileId);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary, path, overwrite: true);
    }
}
