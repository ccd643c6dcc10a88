using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Serving.Requests;
using FeedbackService.Model.Tokenization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FeedbackService.Api.Features.Classify;

/// <summary>Documents what the types alone do not tell: the shapes of the input, of the answers in a list, and what may be left out.</summary>
internal sealed class ClassifySchemas : ISchemaFilter
{
    /// <inheritdoc/>
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema target)
        {
            return;
        }

        if (context.Type == typeof(ClassifyInput))
        {
            DescribeInput(target, context);
        }
        else if (context.Type == typeof(TextInput))
        {
            DescribeText(target);
        }
        else if (context.Type == typeof(ClassifyRequest))
        {
            DescribeDefaults(target);
        }
        else if (context.Type == typeof(ClassificationItem))
        {
            target.BecomeOneOf(Reference<AnsweredItem>(context), Reference<RefusedItem>(context));
        }
        else if (context.Type == typeof(StoredClassification))
        {
            target.Properties!["data"] = ListOf(Reference<ClassificationItem>(context), "One per text, once succeeded.");
            target.Properties["usage"] = Reference<ClassificationUsage>(context);
        }
    }

    private static void DescribeInput(OpenApiSchema target, SchemaFilterContext context)
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String, Description = "A text." };
        var pair = Reference<TextInput>(context);
        var list = ListOf(new OpenApiSchema { OneOf = [text, pair] }, "Texts and text pairs, each answered or refused by itself.");
        (list.MinItems, list.MaxItems) = (1, ClassificationService.MaxItems);
        target.BecomeOneOf(text, pair, list);
    }

    private static void DescribeText(OpenApiSchema target)
    {
        target.Description = "A text, or a pair of texts read together.";
        target.Properties!.Remove("is_empty");
        target.Required!.Remove("is_empty");
        ((OpenApiSchema)target.Properties["text"]).Description = "The (first) text.";
        ((OpenApiSchema)target.Properties["text_pair"]).Description = "The second text of a pair; absent for a single text.";
    }

    private static void DescribeDefaults(OpenApiSchema target)
    {
        var request = new ClassifyRequest { Model = "", Input = new ClassifyInput([], IsList: true) };
        foreach (var property in typeof(ClassifyRequest).GetProperties().Where(property => !property.IsDefined(typeof(RequiredMemberAttribute))))
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            target.Required!.Remove(name);
            // A set of words is a reference, with no place for a default.
            if (target.Properties![name] is OpenApiSchema own)
            {
                own.Default = property.GetValue(request) is bool value ? JsonValue.Create(value) : null;
            }
        }
    }

    private static OpenApiSchema ListOf(IOpenApiSchema item, string description) =>
        new() { Type = JsonSchemaType.Array, Items = item, Description = description };

    private static IOpenApiSchema Reference<T>(SchemaFilterContext context) => context.SchemaGenerator.GenerateSchema(typeof(T), context.SchemaRepository);
}
