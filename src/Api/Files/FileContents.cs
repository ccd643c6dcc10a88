using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;

namespace FeedbackService.Api.Files;

/// <summary>The bytes of files: by hash, so that equal files are kept once and no name of a user becomes a path.</summary>
/// <param name="folder">The data folder, for what is in the making.</param>
/// <param name="store">Where they are kept.</param>
internal sealed class FileContents(DataFolder folder, IContentStore store)
{
    /// <summary>Key of the content with that hash.</summary>
    /// <param name="sha256">Lower-case hex.</param>
    public static string KeyOf(string sha256) => $"files/{sha256[..2]}/{sha256}";

    /// <summary>Key of what was found in a file. It hangs on the columns chosen, hence on the file and not on its content.</summary>
    public static string FindingsKeyOf(string fileId) => $"files/findings/{fileId}";

    /// <summary>A local file with the content that has the hash.</summary>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    public Task<string> GetAsync(string sha256, CancellationToken cancellationToken) => store.GetFileAsync(KeyOf(sha256), cancellationToken);

    /// <summary>What was found in a file; places where nothing is when it is lost.</summary>
    public async Task<FileFindings> GetFindingsAsync(string fileId, CancellationToken cancellationToken)
    {
        try
        {
            return new FileFindings(await store.GetFolderAsync(FindingsKeyOf(fileId), cancellationToken));
        }
        catch (Exception lost) when (lost is DirectoryNotFoundException or DamagedContentException)
        {
            return new FileFindings(NewTemporaryPath());
        }
    }

    /// <summary>A local place for an upload in progress.</summary>
    public string NewTemporaryPath() => Path.Combine(folder.Temporary, Guid.CreateVersion7().ToString("N"));

    /// <summary>Keeps a finished upload. The file at <paramref name="temporary"/> stays, so that it can be kept again.</summary>
    public Task KeepAsync(string temporary, string sha256, CancellationToken cancellationToken) => store.PutFileAsync(KeyOf(sha256), temporary, cancellationToken);

    /// <summary>Whether the content with that hash is there. Within a transaction: it does not wait long.</summary>
    public Task<bool> AreKeptAsync(string sha256, CancellationToken cancellationToken) => store.ExistsBrieflyAsync(KeyOf(sha256), cancellationToken);

    /// <summary>Keeps what was found in a file, if there is something. The folder at <paramref name="temporary"/> is gone afterwards.</summary>
    public Task KeepFindingsAsync(string temporary, string fileId, CancellationToken cancellationToken) =>
        Directory.Exists(temporary) ? store.PutFolderAsync(FindingsKeyOf(fileId), temporary, cancellationToken) : Task.CompletedTask;

    /// <summary>Removes what was found in a file that came to nothing.</summary>
    public Task RemoveFindingsAsync(string fileId, CancellationToken cancellationToken) => store.RemoveAsync(FindingsKeyOf(fileId), cancellationToken);
}
