namespace FeedbackService.Testing.Invariants;

/// <summary>Where files and artifacts lie, seen from outside the service.</summary>
public interface IStoredFiles
{
    /// <summary>Everything there.</summary>
    Task<IReadOnlyList<StoredEntry>> ListAsync(CancellationToken cancellationToken);

    /// <summary>A local folder with the files of an artifact.</summary>
    /// <param name="directory">As a row names it.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <exception cref="IOException">It is not there.</exception>
    Task<string> FetchAsync(string directory, CancellationToken cancellationToken);

    /// <summary>A local file with the content of a single file.</summary>
    /// <param name="key">Its key.</param>
    /// <exception cref="IOException">It is not there.</exception>
    string FetchFile(string key);
}
