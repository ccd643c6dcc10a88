using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Sweeping;

/// <summary>Uploads and other files in the making: needed while somebody writes to them.</summary>
internal sealed class TemporaryLeftovers(DataFolder folder, TimeProvider clock) : ILeftovers
{
    private static readonly TimeSpan Stalled = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public string Kind => "temporary";

    /// <inheritdoc/>
    public IEnumerable<string> List() => Directory.EnumerateFileSystemEntries(folder.Temporary).Select(folder.Relative);

    /// <inheritdoc/>
    public Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken) =>
        Task.FromResult(File.GetLastWriteTimeUtc(folder.Resolve(path)) > (clock.GetUtcNow() - Stalled).UtcDateTime);
}
