using FeedbackService.Api.Errors;
using FeedbackService.Api.Registry;

namespace FeedbackService.Api.Features.Registry;

/// <summary>The files of a version. A name given by a user is only ever compared with names that are there, never joined to a path.</summary>
internal sealed class ArtifactFiles(ModelStore models, ArtifactStore artifacts)
{
    /// <summary>All files, by name.</summary>
    /// <exception cref="ServiceException">404 when there is no such version.</exception>
    public async Task<IReadOnlyList<FileInfo>> ListAsync(string name, int version, CancellationToken cancellationToken)
    {
        var row = await models.GetVersionAsync(name, version, cancellationToken);
        var folder = new DirectoryInfo(await artifacts.GetLocalAsync(row.Directory, cancellationToken));
        return [.. folder.EnumerateFiles().Where(file => file.LinkTarget is null).OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>One file.</summary>
    /// <exception cref="ServiceException">404 when there is no such version or file.</exception>
    public async Task<FileInfo> GetAsync(string name, int version, string file, CancellationToken cancellationToken) =>
        (await ListAsync(name, version, cancellationToken)).FirstOrDefault(known => known.Name == file)
            ?? throw ServiceException.NotFound("artifact_not_found", $"'{ModelAddress.OfVersion(name, version)}' has no such file.", "file");
}
