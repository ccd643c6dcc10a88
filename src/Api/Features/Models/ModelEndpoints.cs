using FeedbackService.Api.Http;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Registry;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Training.Presets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Models;

/// <summary>OpenAI's list of models: what a request's <c>model</c> may name.</summary>
internal static class ModelEndpoints
{
    private const int MaxVersions = 10_000;
    private const string Example = """{"id":"support-tickets:1","object":"model","created":1795372861,"owned_by":"local"}""";

    /// <summary>Maps <c>/v1/models</c>.</summary>
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var models = routes.MapGroup("/v1/models").WithTags("Models").NeedsScope(Scopes.ModelsRead);

        models.MapGet("/", ListAsync).WithName("ListModels").WithSummary("List models")
            .WithDescription("Presets, which can be trained, and ready versions, which can classify.")
            .WithAnswerExample($$"""{"object":"list","data":[{"id":"mlp","object":"model","created":0,"owned_by":"feedbackservice"},{{Example}}],"first_id":"mlp","last_id":"support-tickets:1","has_more":false}""").Refuses();

        // Official clients percent-encode more than needed; a catch-all takes a slash however it is written.
        models.MapGet("/{**id}", GetAsync).WithName("GetModel").WithSummary("Get a model")
            .WithDescription("By preset id, name, name:version, name@alias or checkpoint; the answer has the resolved version.")
            .WithParameterExample("id", "support-tickets").WithAnswerExample(Example).Refuses(404);

        models.MapDelete("/{**id}", DeleteModel.HandleAsync).NeedsScope(Scopes.ModelsWrite).WithName("DeleteModel").WithSummary("Delete a fine-tuned model")
            .WithDescription("One version, by its number. Refused while something needs it: an alias, the bare name, a job, a version built on it.")
            .WithParameterExample("id", "support-tickets:1")
            .WithAnswerExample("""{"id":"support-tickets:1","object":"model","deleted":true}""").Refuses(400, 404, 409);
    }

    /// <summary>The address in a path: routing leaves an encoded slash as it is.</summary>
    public static string Decode(string id) => id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static async Task<Ok<ListPage<ModelObject>>> ListAsync(ModelStore models, CancellationToken cancellationToken)
    {
        var versions = await models.ListAllVersionsAsync(MaxVersions, cancellationToken);
        return TypedResults.Ok(ListPages.Whole<ModelObject>([.. PresetCatalog.All.Select(OfPreset), .. versions.Select(OfVersion)], model => model.Id));
    }

    private static async Task<Ok<ModelObject>> GetAsync(string id, ModelRegistry registry, ModelStore models, CancellationToken cancellationToken)
    {
        var address = Decode(id);
        if (PresetCatalog.Find(address) is { } preset)
        {
            return TypedResults.Ok(OfPreset(preset));
        }

        var found = await registry.ResolveAsync(address, cancellationToken);
        return TypedResults.Ok(found is { ModelName: { } name, Version: { } version }
            ? OfVersion(await models.GetVersionAsync(name, version, cancellationToken))
            : new ModelObject(found.Address, 0, "local"));
    }

    private static ModelObject OfPreset(Preset preset) => new(preset.Id, 0, "feedbackservice");

    private static ModelObject OfVersion(ModelVersionRow row) =>
        new(ModelAddress.OfVersion(row.ModelName, row.Version), Timestamps.ToUnixSeconds(row.CreatedAt), "local");
}
