using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>
/// What forbids the deletion of a version, in words for the caller: an alias, its name while that means it, a job that reads it, a
/// version built on it. Asked inside the transaction that deletes, so that nothing can take hold in between.
/// </summary>
internal static class VersionHolds
{
    private const int JobsNamed = 5;

    /// <summary>What holds one version; empty when it may go.</summary>
    /// <param name="db">Context with an open write transaction.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    public static async Task<IReadOnlyList<string>> OfVersionAsync(AppDbContext db, ModelVersionRow version, CancellationToken cancellationToken)
    {
        var holds = await OfUsersAsync(db, version, withModel: false, cancellationToken);
        if (await IsMeantByNameAsync(db, version, cancellationToken))
        {
            // Falling back to an older version in silence would change answers; where there is no other, the name just ends.
            holds.Add($"'{version.ModelName}' means it, being the newest version and without an alias '{ModelNames.Production}' (point that at the version to answer instead)");
        }
        return holds;
    }

    /// <summary>What holds a model as a whole; empty when it may go with all its versions.</summary>
    /// <param name="db">Context with an open write transaction.</param>
    /// <param name="name">The model.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    public static async Task<IReadOnlyList<string>> OfModelAsync(AppDbContext db, string name, CancellationToken cancellationToken)
    {
        var holds = new List<string>();
        foreach (var version in await db.ModelVersions.AsNoTracking().Where(row => row.ModelName == name).OrderBy(row => row.Version).ToListAsync(cancellationToken))
        {
            var users = await OfUsersAsync(db, version, withModel: true, cancellationToken);
            holds.AddRange(users.Select(user => $"{ModelAddress.OfVersion(name, version.Version)}: {user}"));
        }
        var makers = db.Jobs.Where(job => (job.Kind == JobKind.Train || job.Kind == JobKind.Import) && job.ModelName == name
            && (job.State == JobState.Queued || job.State == JobState.Running || job.State == JobState.Paused));
        holds.AddRange((await IdsAsync(makers, cancellationToken)).Select(id => $"{id} is making a version of it"));
        return holds;
    }

    private static async Task<List<string>> OfUsersAsync(AppDbContext db, ModelVersionRow version, bool withModel, CancellationToken cancellationToken)
    {
        var aliases = await db.Aliases.Where(row => row.ModelName == version.ModelName && row.Version == version.Version)
            .OrderBy(row => row.Alias).Select(row => row.Alias).ToListAsync(cancellationToken);
        var readers = await IdsAsync(ModelReads.UnendedReaders(db, ModelAddress.OfVersion(version.ModelName, version.Version)), cancellationToken);
        var built = await db.ModelVersions
            .Where(row => row.BaseManifestSha256 == version.ManifestSha256 && (!withModel || row.ModelName != version.ModelName))
            .Select(row => new { row.ModelName, row.Version }).Take(JobsNamed).ToListAsync(cancellationToken);
        return
        [
            .. aliases.Select(alias => $"the alias '{alias}' points at it"),
            .. readers.Select(job => $"{job} uses it and has not ended"),
            .. built.Select(row => $"{ModelAddress.OfVersion(row.ModelName, row.Version)} needs its weights"),
        ];
    }

    private static async Task<bool> IsMeantByNameAsync(AppDbContext db, ModelVersionRow version, CancellationToken cancellationToken)
    {
        var others = db.ModelVersions.Where(row => row.ModelName == version.ModelName && row.Version != version.Version);
        return await others.AnyAsync(cancellationToken)
            && !await others.AnyAsync(row => row.Version > version.Version, cancellationToken)
            && !await db.Aliases.AnyAsync(row => row.ModelName == version.ModelName && row.Alias == ModelNames.Production, cancellationToken);
    }

    private static Task<List<string>> IdsAsync(IQueryable<JobRow> jobs, CancellationToken cancellationToken) =>
        jobs.OrderBy(job => job.CreatedAt).Select(job => job.Id).Take(JobsNamed).ToListAsync(cancellationToken);
}
