using FeedbackService.Api.Errors;
using FeedbackService.Api.Http;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using FeedbackService.Training.Presets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Presets;

/// <summary>Routes of presets.</summary>
internal static class PresetEndpoints
{
    private const string Example = """
        {"id":"mlp","object":"preset","description":"Feed-forward over hashed n-grams with feedback.","encoder":"mlp","languages":["mul"],"feedback":"attention","fusion":"gated","rounds":1,"trainable_from_scratch":true,"defaults":{"learning_rate":0.003},"schema":{"type":"object","properties":{"n_epochs":{"description":"Passes over the training part.","default":"auto","anyOf":[{"type":"integer","minimum":1},{"const":"auto"}]}}},"schemas":{"supervised":{"type":"object","properties":{"n_epochs":{"description":"Passes over the training part.","default":"auto","anyOf":[{"type":"integer","minimum":1},{"const":"auto"}]}}}}}
        """;

    /// <summary>Maps <c>/v1/presets</c>.</summary>
    public static void MapPresets(this IEndpointRouteBuilder routes)
    {
        var presets = routes.MapGroup("/v1/presets").WithTags("Presets").NeedsScope(Scopes.ModelsRead);

        presets.MapGet("/", List).WithName("ListPresets").WithSummary("List what a training can start from")
            .WithDescription("The recommended one first, each with the JSON Schema of its options, method by method.")
            .WithAnswerExample($$"""{"object":"list","data":[{{Example}}],"first_id":"mlp","last_id":"mlp","has_more":false}""").Refuses();

        presets.MapGet("/{id}", Get).WithName("GetPreset").WithSummary("Get a preset")
            .WithDescription("Its defaults and the JSON Schema of its options, method by method.")
            .WithParameterExample("id", "mlp").WithAnswerExample(Example).Refuses(404);
    }

    private static Ok<ListPage<PresetObject>> List() =>
        TypedResults.Ok(ListPages.Whole([.. PresetCatalog.All.Select(PresetObject.From)], preset => preset.Id));

    private static Ok<PresetObject> Get(string id) => TypedResults.Ok(PresetObject.From(
        PresetCatalog.Find(id) ?? throw ServiceException.NotFound("preset_not_found", $"There is no preset '{id}'. GET /v1/presets lists them.")));
}
