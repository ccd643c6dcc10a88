using FeedbackService.Api.Hosting;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Features.HuggingFace;

/// <summary>Hugging Face's text classification, for its clients with an endpoint URL.</summary>
internal static class HuggingFaceEndpoints
{
    /// <summary>Maps <c>/models/{model}</c>.</summary>
    public static void MapHuggingFace(this IEndpointRouteBuilder routes) =>
        // A catch-all: an organisation before the name, as on the hub, is told to be no model of ours.
        routes.MapPost("/models/{**model}", TextClassification.HandleAsync).WithTags("Hugging Face").NeedsScope(Scopes.Predict).WithClassifyBodies()
            .WithName("HuggingFaceTextClassification").WithSummary("Classify texts as Hugging Face does")
            .WithDescription("The address to give to `InferenceClient.textClassification` as `endpointUrl`. Answers one row of labels per text, for a single text too. A text that cannot be classified refuses the whole request.")
            .WithParameterExample("model", "support-tickets")
            .WithRequestExample("""{"inputs":"Where is my parcel? It should have come on Monday.","parameters":{"top_k":2,"function_to_apply":"softmax"}}""")
            .WithAnswerExample("""[[{"label":"delivery_status","score":0.97},{"label":"complaint","score":0.01}]]""")
            .Refuses(400, 404, 413, 415, 422, 429, 504);
}
