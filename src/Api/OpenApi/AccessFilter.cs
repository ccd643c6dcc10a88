using System.Globalization;
using FeedbackService.Api.Errors;
using FeedbackService.Api.Security;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FeedbackService.Api.OpenApi;

/// <summary>Says of every operation which scope it needs, how the key is sent, and what may come of that: 401, 403, 429, and 503 where only the database can tell.</summary>
internal sealed class AccessFilter : IOperationFilter
{
    /// <summary>Name of the scheme <c>Authorization: Bearer</c>.</summary>
    public const string Bearer = "bearer";

    /// <summary>Name of the scheme <c>X-API-Key</c>.</summary>
    public const string Header = "api_key";

    // Described once in the document; operations point there.
    private static readonly (int Status, string Name)[] Refusals = [(401, "KeyNeeded"), (403, "ScopeMissing"), (429, "RateLimited")];

    // Inference goes on without the database as far as it can, and never answers 503.
    private static readonly (int Status, string Name) DatabaseAway = (503, "DatabaseUnavailable");

    /// <summary>Describes both schemes.</summary>
    public static void AddSchemes(SwaggerGenOptions swagger)
    {
        swagger.AddSecurityDefinition(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            Description = "A key, as Authorization: Bearer KEY. Not needed where the service is open, and in a browser that is signed in at /signin.",
        });
        swagger.AddSecurityDefinition(Header, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-API-Key",
            Description = "The same key, as X-API-Key: KEY.",
        });
    }

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AccessRule>().LastOrDefault() is not { Scope: { } scope })
        {
            return;
        }

        operation.Description += $" Needs the scope `{scope}`.";
        operation.Security = [Requirement(Bearer, context.Document), Requirement(Header, context.Document)];
        var responses = new Dictionary<string, IOpenApiResponse>(operation.Responses!, StringComparer.Ordinal);
        // The dialects tell errors in another shape.
        var suffix = ProblemWriter.SaysErrorAsText("/" + context.ApiDescription.RelativePath) ? "AsText" : string.Empty;
        foreach (var (status, kind) in scope == Scopes.Predict ? Refusals : [.. Refusals, DatabaseAway])
        {
            var name = kind + suffix;
            Describe(status, name, context);
            responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponseReference(name, context.Document);
        }

        operation.Responses = [];
        foreach (var (status, response) in responses.OrderBy(response => response.Key, StringComparer.Ordinal))
        {
            operation.Responses[status] = response;
        }
    }

    private static void Describe(int status, string name, OperationFilterContext context)
    {
        if (context.Document.Components?.Responses?.ContainsKey(name) == true)
        {
            return;
        }

        var problem = context.SchemaGenerator.GenerateSchema(typeof(ProblemBody), context.SchemaRepository);
        var response = new OpenApiResponse
        {
            Content = new Dictionary<string, IOpenApiMediaType> { [ProblemWriter.ContentType] = new OpenApiMediaType { Schema = problem } },
        };
        OperationDetailsFilter.Describe(status, response, context);
        context.Document.AddComponent(name, response);
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
