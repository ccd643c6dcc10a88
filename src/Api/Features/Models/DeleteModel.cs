using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Serving;
using FeedbackService.Training.Presets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Models;

/// <summary>DELETE /v1/models/{id}: OpenAI's way to delete a fine-tuned model, here a version.</summary>
internal static class DeleteModel
{
    /// <summary>Handles the request.</summary>
    public static async Task<Ok<DeletedObject>> HandleAsync(string id, ModelStore models, ModelRoutes routes, CancellationToken cancellationToken)
    {
        var address = ModelEndpoints.Decode(id);
        if (PresetCatalog.Find(address) is not null)
        {
            throw ServiceException.Conflict("preset_permanent", $"'{address}' is a preset: a part of the service, which cannot be deleted.", "model");
        }

        // A name or an alias means another version tomorrow; what is deleted must be said by its number.
        if (ModelAddress.Parse(address) is not { Version: { } version } parsed)
        {
            throw ServiceException.Invalid(
                "version_required",
                $"'{address}' names no version. Delete 'name:3', as a job's fine_tuned_model says it; DELETE /v1/registry/models/{{name}} deletes all of a model.",
                "model");
        }

        await models.DeleteVersionAsync(parsed.Name, version, cancellationToken);
        await routes.SettleAsync(parsed.Name, cancellationToken);
        return TypedResults.Ok(new DeletedObject(address, "model"));
    }
}
