using FeedbackService.Api.Storage;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Sweeping;

/// <summary>Artifacts: needed while a version or checkpoint names them, or a version goes on top of them.</summary>
internal sealed class ArtifactLeftovers : ILeftovers
{
    /// <inheritdoc/>
    public string Kind => "artifact";

    /// <inheritdoc/>
    public string Prefix => "blobs";

    /// <inheritdoc/>
    public int Depth => 1;

    /// <inheritdoc/>
    public WriteTopic Topic => WriteTopic.Registry;

    /// <inheritdoc/>
    public async Task<bool> IsNeededAsync(AppDbContext db, string key, CancellationToken cancellationToken)
    {
        var hash = key.Split('/')[^1];
        return await db.ModelVersions.AnyAsync(row => row.Directory == key || row.BaseManifestSha256 == hash, cancellationToken)
            || await db.Checkpoints.AnyAsync(row => row.Directory == key, cancellationToken);
    }
}
