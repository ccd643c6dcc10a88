using FeedbackService.Api.Errors;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Registered models and their versions: lists, single rows, descriptions, deletion.</summary>
internal sealed class ModelStore(IDbContextFactory<AppDbContext> contexts, TimeProvider clock)
{
    /// <summary>Models in the order of their making.</summary>
    /// <param name="after">Name of the last model of the previous page; null for the first page.</param>
    /// <param name="query">Which, and in what order.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">400 when <paramref name="after"/> names no model.</exception>
    public async Task<Page<RegisteredModel>> ListAsync(string? after, RegistryQuery query, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = TagPairs.Where(db.Models.AsNoTracking(), row => row.TagsJson, query.Tags);
        if (after is not null)
        {
            var last = await db.Models.Where(row => row.Name == after).Select(row => (long?)row.CreatedAt).SingleOrDefaultAsync(cancellationToken)
                ?? throw ServiceException.Invalid("unknown_after", $"'{after}' is not in this list.", "after");
            rows = query.OldestFirst
                ? rows.Where(row => row.CreatedAt > last || (row.CreatedAt == last && row.Name.CompareTo(after) > 0))
                : rows.Where(row => row.CreatedAt < last || (row.CreatedAt == last && row.Name.CompareTo(after) < 0));
        }
        rows = query.OldestFirst
            ? rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Name)
            : rows.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Name);
        var page = Page<ModelRow>.Of(await rows.Take(query.Limit + 1).ToListAsync(cancellationToken), query.Limit);
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

    /// <summary>Changes description and tags of a model.</summary>
    /// <param name="name">The model.</param>
    /// <param name="description">New description, empty to take it away; null leaves it.</param>
    /// <param name="tags">Tags to set, or with null to take away; null leaves all.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">400 for tags out of their limits; 404.</exception>
    public async Task<RegisteredModel> DescribeAsync(
        string name, string? description, IReadOnlyDictionary<string, string?>? tags, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        var model = await db.Models.SingleOrDefaultAsync(row => row.Name == name, cancellationToken) ?? throw Missing(name);
        (model.Description, model.TagsJson) = Described(model.Description, model.TagsJson, description, tags);
        model.UpdatedAt = clock.NowMicroseconds();
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await DescribeAsync(db, [model], cancellationToken))[0];
    }

    /// <summary>Changes description and tags of a version; nothing else of a version ever changes.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="description">New description, empty to take it away; null leaves it.</param>
    /// <param name="tags">Tags to set, or with null to take away; null leaves all.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="ServiceException">400 for tags out of their limits; 404.</exception>
    public async Task<ModelVersionRow> DescribeVersionAsync(
        string name, int version, string? description, IReadOnlyDictionary<string, string?>? tags, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
        var found = await db.ModelVersions.SingleOrDefaultAsync(row => row.ModelName == name && row.Version == version, cancellationToken)
            ?? throw MissingVersion(name, version);
        (found.Description, found.TagsJson) = Described(found.Description, found.TagsJson, description, tags);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return found;
    }

    /// <summary>Deletes a model with all its versions. Its numbers never come back; artifacts no longer named are swept later.</summary>
    /// <exception cref="ServiceException">404; 409 <c>model_in_use</c> naming what holds it.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
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

    /// <summary>Versions of a model in the order of their numbers.</summary>
    /// <param name="name">The model.</param>
    /// <param name="after">Last version of the previous page; null for the first page.</param>
    /// <param name="query">Which, and in what order.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">404 when there is no such model.</exception>
    public async Task<Page<ModelVersionRow>> ListVersionsAsync(string name, int? after, RegistryQuery query, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Models.AnyAsync(row => row.Name == name, cancellationToken))
        {
            throw Missing(name);
        }
        var rows = TagPairs.Where(db.ModelVersions.AsNoTracking().Where(row => row.ModelName == name), row => row.TagsJson, query.Tags);
        rows = query.OldestFirst
            ? rows.Where(row => after == null || row.Version > after).OrderBy(row => row.Version)
            : rows.Where(row => after == null || row.Version < after).OrderByDescending(row => row.Version);
        return Page<ModelVersionRow>.Of(await rows.Take(query.Limit + 1).ToListAsync(cancellationToken), query.Limit);
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
        await using var transaction = await db.BeginWriteAsync(WriteTopic.Registry, cancellationToken);
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

    private static (string? Description, string TagsJson) Described(
        string? description, string tagsJson, string? newDescription, IReadOnlyDictionary<string, string?>? tags) => (
        newDescription is null ? description : newDescription.Length == 0 ? null : newDescription,
        tags is null ? tagsJson : TagPairs.Merge(tagsJson, tags));

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
