using FeedbackService.Api.Errors;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Contents;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Options;
using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Api.Registry;

/// <summary>Finds what a model address means. A version row exists only once its artifact is complete, so every version found is ready.</summary>
internal sealed class ModelRegistry(IDbContextFactory<AppDbContext> contexts, ArtifactStore artifacts, ReservedNames reserved, DamagedModels damaged)
{
    private const string Classifier = "classifier";
    private const string Encoder = "encoder";

    /// <summary>The model to classify with.</summary>
    /// <param name="address"><c>name</c>, <c>name:3</c>, <c>name@alias</c>, <c>name@latest</c> or <c>ftjob-…:step-2000</c>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <exception cref="ServiceException">404 <c>model_not_found</c>; 422 <c>model_not_servable</c> for a preset or a bare encoder.</exception>
    public async Task<ServableModel> ResolveServableAsync(string address, CancellationToken cancellationToken)
    {
        if (reserved.PresetIds.Contains(address))
        {
            throw ServiceException.Unusable(
                "model_not_servable", $"'{address}' is a preset: fine-tune it first, then classify with the model that makes.", "model");
        }
        var model = await ResolveAsync(address, cancellationToken);
        return model.Kind == Classifier
            ? new ServableModel(model.Address, model.Directory, model.ManifestSha256) { Base = await FindBaseAsync(model, cancellationToken) }
            : throw ServiceException.Unusable(
                "model_not_servable", $"'{model.Address}' is an encoder without labels: fine-tune it first, then classify with the model that makes.", "model");
    }

    /// <summary>Names of the models that can classify, in order.</summary>
    /// <param name="limit">Names wanted at most.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<string>> ListServableNamesAsync(int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ModelVersions.Where(row => row.Kind == Classifier).Select(row => row.ModelName)
            .Distinct().OrderBy(name => name).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>Versions of a model that can classify, oldest first.</summary>
    /// <param name="name">The model; one that is not there has none.</param>
    /// <param name="limit">Versions wanted at most.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<int>> ListServableVersionsAsync(string name, int limit, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.ModelVersions.Where(row => row.ModelName == name && row.Kind == Classifier).OrderBy(row => row.Version)
            .Select(row => row.Version).Take(limit).ToListAsync(cancellationToken);
    }

    /// <summary>What an address means, whether or not it can classify. Presets are not looked up here.</summary>
    /// <exception cref="ServiceException">404 <c>model_not_found</c>; 500 <c>artifact_damaged</c> when its files are gone.</exception>
    public async Task<ResolvedModel> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        var parsed = ModelAddress.Parse(address) ?? throw Missing(address);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        if (parsed.Step is { } step)
        {
            var checkpoint = await db.Checkpoints.AsNoTracking()
                .SingleOrDefaultAsync(row => row.JobId == parsed.Name && row.Step == step, cancellationToken) ?? throw Missing(address);
            return new ResolvedModel(
                ModelAddress.OfCheckpoint(parsed.Name, step), null, null, await KindOfJobAsync(db, parsed.Name, cancellationToken),
                await FindFilesAsync(address, checkpoint.Directory, checkpoint.ManifestSha256, cancellationToken), checkpoint.ManifestSha256);
        }
        var version = await FindVersionAsync(db, parsed, cancellationToken) ?? throw Missing(address);
        return new ResolvedModel(
            ModelAddress.OfVersion(version.ModelName, version.Version), version.ModelName, version.Version, version.Kind,
            await FindFilesAsync(address, version.Directory, version.ManifestSha256, cancellationToken), version.ManifestSha256)
        {
            BaseManifestSha256 = version.BaseManifestSha256,
        };
    }

    /// <summary>The files of what an adapter stands on; null for a complete model.</summary>
    /// <exception cref="ServiceException">500 <c>artifact_damaged</c> when they are gone.</exception>
    public async Task<ServableBase?> FindBaseAsync(ResolvedModel model, CancellationToken cancellationToken) => model.BaseManifestSha256 is { } hash
        ? new ServableBase(await FindFilesAsync(model.Address, ArtifactStore.PlaceOf(hash), model.ManifestSha256, cancellationToken), hash)
        : null;

    // A checkpoint is what the result will be.
    private static async Task<string> KindOfJobAsync(AppDbContext db, string job, CancellationToken cancellationToken)
    {
        var spec = await db.Jobs.Where(row => row.Id == job).Select(row => row.SpecJson).SingleOrDefaultAsync(cancellationToken);
        return TrainingSpec.MethodOf(spec) == TrainingMethods.MaskedLanguageModeling ? Encoder : Classifier;
    }

    private async Task<string> FindFilesAsync(string address, string directory, string manifestSha256, CancellationToken cancellationToken)
    {
        try
        {
            return await artifacts.GetLocalAsync(directory, cancellationToken);
        }
        catch (Exception fault) when (fault is DirectoryNotFoundException or DamagedContentException)
        {
            damaged.Add(manifestSha256);
            throw new ServiceException(500, "artifact_damaged", $"The files of '{address}' are gone or damaged. Use another version, or restore them from a backup.", "model");
        }
    }

    private static async Task<ModelVersionRow?> FindVersionAsync(AppDbContext db, ModelAddress address, CancellationToken cancellationToken)
    {
        var versions = db.ModelVersions.AsNoTracking().Where(row => row.ModelName == address.Name);
        var number = address.Version;
        if (number is null && address.Alias != ModelNames.Latest)
        {
            var alias = address.Alias ?? ModelNames.Production;
            number = await db.Aliases.Where(row => row.ModelName == address.Name && row.Alias == alias)
                .Select(row => (int?)row.Version).SingleOrDefaultAsync(cancellationToken);
            if (number is null && address.Alias is not null)
            {
                return null;
            }
        }
        return number is null
            ? await versions.OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancellationToken)
            : await versions.SingleOrDefaultAsync(row => row.Version == number, cancellationToken);
    }

    private static ServiceException Missing(string address) => ServiceException.NotFound(
        "model_not_found", $"There is no model '{(address.Length <= 160 ? address : address[..160] + "…")}'. GET /v1/models lists what there is.", "model");
}
