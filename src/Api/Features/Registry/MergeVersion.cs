using FeedbackService.Api.Errors;
using FeedbackService.Api.Files;
using FeedbackService.Api.Http;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Storage;
using FeedbackService.Model.Adapters;
using FeedbackService.Model.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Registry;

/// <summary>POST /v1/registry/models/{name}/versions/{version}/merge: makes of an adapter and its base a complete version.</summary>
internal sealed class MergeVersion(ModelRegistry registry, FileContents contents, ModelPublisher publisher, VersionImport versions, TimeProvider clock)
{
    /// <summary>Handles the request.</summary>
    /// <exception cref="ServiceException">404 when there is no such version; 422 <c>not_mergeable</c> when it is no adapter, or one that no weights could stand for.</exception>
    public async Task<Created<RegistryVersionObject>> HandleAsync(string name, int version, HttpContext context, CancellationToken cancellationToken)
    {
        var model = await registry.ResolveAsync(ModelAddress.OfVersion(name, version), cancellationToken);
        var files = await registry.FindBaseAsync(model, cancellationToken)
            ?? throw ServiceException.Unusable("not_mergeable", $"'{model.Address}' is complete: it stands on no base that it could be merged into.");
        var path = contents.NewTemporaryPath();
        try
        {
            await Task.Run(() => AdapterMerge.Write(path, files.Directory, model.Directory, clock.GetUtcNow()), cancellationToken);
            var claim = IdempotencyHeader.Claim(context, new { name, version });
            var row = await versions.AddAsync(name, await publisher.StoreAsync(path, cancellationToken), claim, cancellationToken);
            return TypedResults.Created($"/v1/registry/models/{row.ModelName}/versions/{row.Version}", RegistryVersionObject.From(row));
        }
        catch (InvalidConfigurationException refused)
        {
            throw ServiceException.Unusable("not_mergeable", $"'{model.Address}' cannot be merged. {refused.Message}");
        }
        finally
        {
            DurableFolder.Remove(path);
        }
    }
}
