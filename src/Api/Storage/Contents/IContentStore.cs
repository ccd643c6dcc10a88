namespace FeedbackService.Api.Storage.Contents;

/// <summary>
/// Keeps what all processes share besides the database: files and folders that never change, by key. A key is a relative path with
/// slashes, such as <c>blobs/{hash}</c>; rows store it. A key names either content (its hash is part of the key) or one holder of a
/// lease (the epoch is), so that two writers of one key always mean the same bytes.
/// </summary>
internal interface IContentStore
{
    /// <summary>Looks whether the store can be used, and how.</summary>
    /// <exception cref="Hosting.StartException">It cannot; the message says what to do.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>What is wrong with the store just now, in a sentence; null: nothing.</summary>
    Task<string?> FindFaultAsync(CancellationToken cancellationToken);

    /// <summary>Takes a folder over. What is there already is kept when it is equal, else replaced.</summary>
    /// <param name="key">Its key. It is there only once it is whole.</param>
    /// <param name="directory">Absolute path of a local folder; gone afterwards.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    /// <exception cref="IOException">The disk is full or refuses, or the store does not answer.</exception>
    Task PutFolderAsync(string key, string directory, CancellationToken cancellationToken);

    /// <summary>Keeps a file. What is there already is kept when it is equal, else replaced.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="path">Absolute path of a local file. It stays, but must not be changed in place any more.</param>
    /// <param name="cancellationToken">Stops before anything is visible.</param>
    /// <exception cref="IOException">The disk is full or refuses, or the store does not answer.</exception>
    Task PutFileAsync(string key, string path, CancellationToken cancellationToken);

    /// <summary>Absolute path of a local folder with the content, fetched first where it is kept elsewhere. Must not be changed.</summary>
    /// <exception cref="DirectoryNotFoundException">It is not there, or not whole.</exception>
    /// <exception cref="DamagedContentException">What was fetched is not what was put there.</exception>
    Task<string> GetFolderAsync(string key, CancellationToken cancellationToken);

    /// <summary>Absolute path of a local file with the content, fetched first where it is kept elsewhere. Must not be changed.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="DamagedContentException">What was fetched is not what was put there.</exception>
    Task<string> GetFileAsync(string key, CancellationToken cancellationToken);

    /// <summary>Whether a file or a whole folder is there.</summary>
    Task<bool> ExistsAsync(string key, CancellationToken cancellationToken);

    /// <summary>Everything a number of levels below a prefix, whole or not, with its size. A folder on the way that is empty is listed too.</summary>
    /// <param name="prefix">Key of a folder; nothing is listed when it is not there.</param>
    /// <param name="depth">Levels; 1 lists what is directly in it.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    IAsyncEnumerable<StoredContent> ListAsync(string prefix, int depth, CancellationToken cancellationToken);

    /// <summary>Takes something out, if it is there: at no moment is half of it there as if it were whole.</summary>
    Task RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Frees what removals and writers that have died leave behind.</summary>
    Task CleanAsync(CancellationToken cancellationToken);

    /// <summary>Absolute path at which a file that grows may be written in place; null where things are put whole only.</summary>
    string? PathToGrow(string key);
}
