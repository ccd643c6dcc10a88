using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Artifacts: needed while a version or checkpoint names them, or a version goes on top of them.</summary>
internal sealed class ArtifactLeftovers(DataFolder folder) : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "artifact";

    /// <inheritdoc/>
    public IEnumerable<string> List() => Directory.EnumerateDirectories(folder.Blobs).Select(folder.Relative);

    /// <inheritdoc/>
    public async Task<bool> IsNeededAsync(AppDbContext db, string path, CancellationToken cancellationToken)
    {
        var hash = Path.GetFileName(path);
        return await db.ModelVersions.AnyAsync(row => row.Directory == path || row.BaseManifestSha256 == hash, cancellationToken)
            || await db.Checkpoints.AnyAsync(row => row.Directory == path, cancellationToken);
    }
}
