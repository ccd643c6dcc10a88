using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Registered models and their versions: lists, single rows, descriptions, deletion.</summary>
internal sealed class ModelStore(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>Models, newest first.</summary>
    /// <param name="after">Name of the last model of the previous page; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no model.</exception>
    public async Task<Page<RegisteredModel>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = db.Models.AsNoTracking();
        if (after is not null)
        {
            var last = await db.Models.Where(row => row.Name == after).Select(row => new { row.CreatedAt }).SingleOrDefaultAsync(cancellationToken)
                ?? throw ServiceException.Invalid("unknown_after", $"'{after}' is not in this list.", "after");
            rows = rows.Where(row => row.CreatedAt < last.CreatedAt || (row.CreatedAt == last.CreatedAt && row.Name.CompareTo(after) < 0));
        }
        var found = await rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Name).Take(limit + 1).ToListAsync(cancellationToken);
        var page = Page<ModelRow>.Of(found, limit);
        return new Page<RegisteredModel>(await DescribeAsync(db, page.Items, cancellationToken), page.HasMore);
    }

    /// <summary>The model.</summary>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<RegisteredModel> GetAsync(string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancellationToken) ?? throw Missing(name);
        return (await DescribeAsync(db, [model], cancellationToken))[0];
    }

    /// <summary>Changes the description or the tags.</summary>
    /// <param name="name">The model.</param>
    /// <param name="description">New description; null leaves it.</param>
    /// <param name="tagsJson">New tags; null leaves them.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<RegisteredModel> DescribeAsync(string name, string? description, string? tagsJson, CancellationToken cancellationToken)
    {
        var now = clock.NowMicroseconds();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hit = await db.Models.Where(row => row.Name == name).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Description, row => description ?? row.Description)
                .SetProperty(row => row.TagsJson, row => tagsJson ?? row.TagsJson).SetProperty(row => row.UpdatedAt, now),
            cancellationToken);
        return hit == 0 ? throw Missing(name) : await GetAsync(name, cancellationToken);
    }

    /// <summary>Deletes a model with all its versions. Its numbers never come back; artifacts no longer named are swept later.</summary>
    /// <exception cref="ServiceException">404; 409 <c>model_in_use</c> naming what holds it.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var model = await db.Models.AsNoTracking().SingleOrDefaultAsync(row => row.Name == name, cancellationToken) ?? throw Missing(name);
        if (await VersionHolds.OfModelAsync(db, name, cancellationToken) is [_, ..] holds)
        {
            throw ServiceException.Conflict("model_in_use", $"'{name}' cannot be deleted: {Sentence(holds)}");
        }
        db.RetiredModels.Add(new RetiredModelRow { Name = name, LastVersion = model.LastVersion, DeletedAt = clock.NowMicroseconds() });
        await db.SaveChangesAsync(cancellationToken);
        await db.Models.Where(row => row.Name == name).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Versions of a model, newest first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="after">Last version of the previous page; null for the first page.</param>
    /// <param name="limit">Rows wanted.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">404 when there is no such model.</exception>
    public async Task<Page<ModelVersionRow>> ListVersionsAsync(string name, int? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Models.AnyAsync(row => row.Name == name, cancellationToken))
        {
            throw Missing(name);
        }
        var rows = db.ModelVersions.AsNoTracking().Where(row => row.ModelName == name && (after == null || row.Version < after));
        return Page<ModelVersionRow>.Of(await rows.OrderByDescending(row => row.Version).Take(limit + 1).ToListAsync(cancellationToken), limit);
    }

    /// <summary>The version.</summary>
    /// <exception cref="ServiceException">404.</exception>
    public async Task<ModelVersionRow> GetVersionAsync(string name, int version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ModelVersions.AsNoTracking()
            .SingleOrDefaultAsync(row => row.ModelName == name && row.Version == version, cancellationToken) ?? throw MissingVersion(name, version);
    }

    /// <summary>Deletes a version that nothing holds. Its number never comes back; its artifact is swept later.</summary>
    /// <exception cref="ServiceException">404; 409 <c>version_in_use</c> naming what holds it.</exception>
    public async Task DeleteVersionAsync(string name, int version, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var found = await db.ModelVersions.AsNoTracking().SingleOrDefaultAsync(row => row.ModelName == name && row.Version == version, cancellationToken)
            ?? throw MissingVersion(name, version);
        if (await VersionHolds.OfVersionAsync(db, found, cancellationToken) is [_, ..] holds)
        {
            throw ServiceException.Conflict("version_in_use", $"'{name}:{version}' cannot be deleted: {Sentence(holds)}");
        }
        await db.ModelVersions.Where(row => row.ModelName == name && row.Version == version).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Newest versions over all models, for the list of servable models.</summary>
    public async Task<IReadOnlyList<ModelVersionRow>> ListAllVersionsAsync(int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ModelVersions.AsNoTracking()
            .OrderByDescending(row => row.CreatedAt).ThenBy(row => row.ModelName).ThenByDescending(row => row.Version)
            .Take(limit).ToListAsync(cancellationToken);
    }

    private static async Task<List<RegisteredModel>> DescribeAsync(
        AppDbContext db, IReadOnlyList<ModelRow> models, CancellationToken cancellationToken)
    {
        var names = models.Select(model => model.Name).ToList();
        var aliases = await db.Aliases.AsNoTracking().Where(row => names.Contains(row.ModelName)).ToListAsync(cancellationToken);
        var latest = await db.ModelVersions.AsNoTracking()
            .Where(row => names.Contains(row.ModelName)
                && row.Version == db.ModelVersions.Where(other => other.ModelName == row.ModelName).Max(other => other.Version))
            .ToListAsync(cancellationToken);
        return [.. models.Select(model => new RegisteredModel(
            model,
            latest.SingleOrDefault(version => version.ModelName == model.Name),
            [.. aliases.Where(alias => alias.ModelName == model.Name).OrderBy(alias => alias.Alias, StringComparer.Ordinal)]))];
    }

    private static string Sentence(IReadOnlyList<string> holds) => string.Join("; ", holds) + ".";

    private static ServiceException Missing(string name) => ServiceException.NotFound("model_not_found", $"There is no model '{name}'.", "name");

    private static ServiceException MissingVersion(string name, int version) =>
        ServiceException.NotFound("version_not_found", $"There is no version '{name}:{version}'.", "version");
}
