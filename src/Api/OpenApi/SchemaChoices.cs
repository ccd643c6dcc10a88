using Microsoft.OpenApi;

namespace FeedbackService.Api.OpenApi;

/// <summary>Schemas of values that have one of several shapes, which types alone do not tell.</summary>
internal static class SchemaChoices
{
    /// <summary>Makes a schema that was read from a type a choice.</summary>
    /// <param name="target">Loses what it was.</param>
    /// <param name="choices">The shapes.</param>
    public static void BecomeOneOf(this OpenApiSchema target, params List<IOpenApiSchema> choices)
    {
        target.Type = null;
        target.Properties = null;
        target.Required = null;
        target.AdditionalPropertiesAllowed = true;
        target.AdditionalProperties = null;
        target.OneOf = choices;
    }
}
