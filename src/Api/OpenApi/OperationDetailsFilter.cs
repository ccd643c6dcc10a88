using System.Globalization;
using System.Text.Json.Nodes;
using FeedbackService.Api.Errors;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FeedbackService.Api.OpenApi;

/// <summary>Puts examples, multipart fields and the meaning of statuses into every operation.</summary>
internal sealed class OperationDetailsFilter : IOperationFilter
{
    private static readonly Dictionary<int, string> Meanings = new()
    {
        [200] = "Done",
        [201] = "Made",
        [202] = "Accepted; the Location header says where the result will be",
        [204] = "Done",
        [206] = "The range asked for",
        [304] = "Not changed",
        [400] = "Malformed, or an unknown key or value",
        [401] = "A key is needed",
        [403] = "The key may not do this",
        [404] = "There is no such thing",
        [405] = "The address does not answer this method",
        [406] = "No form of the answer that the Accept header allows",
        [409] = "At odds with the present state; repeating does not help",
        [412] = "Changed since it was read",
        [413] = "Too large or too many",
        [415] = "A media type that is not taken",
        [416] = "Nothing at that range",
        [422] = "Well-formed but unusable",
        [429] = "Too much at once; try again after Retry-After",
        [500] = "A failure of the service",
        [503] = "Not ready, or the database does not answer",
        [504] = "Not done in time",
        [507] = "The disk is full",
    };

    /// <inheritdoc/>
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        // The route table speaks to users; the comments of handlers speak to programmers.
        operation.Summary = metadata.OfType<IEndpointSummaryMetadata>().LastOrDefault()?.Summary;
        operation.Description = metadata.OfType<IEndpointDescriptionMetadata>().LastOrDefault()?.Description;
        var form = metadata.OfType<FormField>().ToList();
        if (form.Count > 0)
        {
            var body = FormBody(form);
            foreach (var (type, content) in operation.RequestBody?.Content ?? new Dictionary<string, IOpenApiMediaType>())
            {
                body.Content!.TryAdd(type, content);
            }

            operation.RequestBody = body;
        }

        foreach (var example in metadata.OfType<OperationExample>())
        {
            var content = example.Status == 0
                ? operation.RequestBody?.Content?.Where(content => form.Count == 0 || content.Key == "application/json").ToDictionary()
                : operation.Responses?.GetValueOrDefault(example.Status.ToString(CultureInfo.InvariantCulture))?.Content;
            foreach (var media in content?.Values.OfType<OpenApiMediaType>() ?? [])
            {
                media.Example = JsonNode.Parse(example.Json);
            }
        }

        foreach (var other in metadata.OfType<OtherAnswer>())
        {
            ShowBoth(operation.Responses!["200"].Content!["application/json"], other, context);
        }

        foreach (var example in metadata.OfType<ParameterExample>())
        {
            if (operation.Parameters?.FirstOrDefault(parameter => parameter.Name == example.Name) is OpenApiParameter parameter)
            {
                parameter.Example = parameter.Schema?.Type is JsonSchemaType.Integer or (JsonSchemaType.Integer | JsonSchemaType.Null)
                    ? JsonValue.Create(int.Parse(example.Value, CultureInfo.InvariantCulture))
                    : JsonValue.Create(example.Value);
            }
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            Describe(int.Parse(status, CultureInfo.InvariantCulture), (OpenApiResponse)response, context);
        }
    }

    /// <summary>Says what a status means, and shows the problem that comes with it.</summary>
    internal static void Describe(int status, OpenApiResponse response, OperationFilterContext context)
    {
        response.Description = Meanings.GetValueOrDefault(status) ?? response.Description;
        if (response.Content is { } content && content.TryGetValue(ProblemWriter.ContentType, out var media) && media is OpenApiMediaType problem)
        {
            var shown = ProblemMapping.FromStatus(status);
            var example = new JsonObject
            {
                ["type"] = shown.Type,
                ["title"] = shown.Title,
                ["status"] = status,
                ["detail"] = shown.Detail,
                ["code"] = shown.Code,
                ["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
            };
            problem.Example = example;
            if (ProblemWriter.SaysErrorAsText("/" + context.ApiDescription.RelativePath))
            {
                (example["error"], example["error_type"]) = (shown.Detail, shown.TeiErrorType);
                problem.Schema = context.SchemaGenerator.GenerateSchema(typeof(TextProblemBody), context.SchemaRepository);
            }
            else
            {
                example["error"] = new JsonObject { ["message"] = shown.Detail, ["type"] = shown.ErrorType, ["param"] = null, ["code"] = shown.Code };
            }
        }
    }

    private static void ShowBoth(IOpenApiMediaType media, OtherAnswer other, OperationFilterContext context)
    {
        var target = (OpenApiMediaType)media;
        target.Schema = new OpenApiSchema { OneOf = [target.Schema!, context.SchemaGenerator.GenerateSchema(other.Type, context.SchemaRepository)] };
        target.Examples = new Dictionary<string, IOpenApiExample>
        {
            ["Usually"] = new OpenApiExample { Value = target.Example },
            [other.Name] = new OpenApiExample { Value = JsonNode.Parse(other.Json) },
        };
        // The two exclude each other.
        target.Example = null;
    }

    private static OpenApiRequestBody FormBody(List<FormField> fields)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema>(), Required = new HashSet<string>() };
        foreach (var field in fields)
        {
            var property = new OpenApiSchema { Type = JsonSchemaType.String, Description = field.Description, Format = field.IsFile ? "binary" : null };
            if (!field.IsFile)
            {
                // Without an example the page would send the word "string".
                property.Examples = [JsonValue.Create(field.Example ?? string.Empty)];
                property.Default = JsonValue.Create(field.Example ?? string.Empty);
            }

            if (field.Values is { Length: > 0 } values)
            {
                property.Enum = [.. values.Select(value => (JsonNode)JsonValue.Create(value)!)];
            }

            schema.Properties[field.Name] = field.IsMany ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = property, Description = field.Description } : property;
            if (field.IsRequired)
            {
                schema.Required.Add(field.Name);
            }
        }

        var content = new Dictionary<string, IOpenApiMediaType> { ["multipart/form-data"] = new OpenApiMediaType { Schema = schema } };
        return new OpenApiRequestBody { Required = true, Content = content };
    }
}
