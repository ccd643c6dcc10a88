using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Serving.Requests;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FeedbackService.Api.Features.Tei;

/// <summary>Documents what the types alone do not tell: the grammar of inputs and of answers.</summary>
internal sealed class TeiSchemas : ISchemaFilter
{
    /// <inheritdoc/>
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema target)
        {
            return;
        }

        if (context.Type == typeof(PredictInputs))
        {
            var text = new OpenApiSchema { Type = JsonSchemaType.String };
            var one = List(text, "A text, or two that are one pair.", 2);
            target.BecomeOneOf(text, one, List(one, "A batch.", ClassificationService.MaxItems));
        }
        else if (context.Type == typeof(PredictAnswer))
        {
            var labels = List(context.SchemaGenerator.GenerateSchema(typeof(LabelScore), context.SchemaRepository), "Labels of a text, best first.");
            target.BecomeOneOf(labels, List(labels, "One per text of a batch."));
        }
    }

    private static OpenApiSchema List(IOpenApiSchema item, string description, int? most = null) =>
        new() { Type = JsonSchemaType.Array, Items = item, Description = description, MinItems = 1, MaxItems = most };
}
