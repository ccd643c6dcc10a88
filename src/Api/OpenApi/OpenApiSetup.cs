using FeedbackService.Api.Features.Classify;
using FeedbackService.Api.Features.Tei;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Security;
using Microsoft.OpenApi;

namespace FeedbackService.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/swagger/v1/swagger.json</c> and the page to try it at <c>/swagger</c>.</summary>
internal static class OpenApiSetup
{
    /// <summary>Adds the generator.</summary>
    public static void AddOpenApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddEndpointsApiExplorer();
        builder.Services.AddSingleton<OpenApiText>();
        builder.Services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc(OpenApiText.Document, new OpenApiInfo
            {
                Title = "FeedbackService",
                Version = ServiceVersion.Text,
                Description = OpenApiIntroduction.Walk,
            });
            swagger.SupportNonNullableReferenceTypes();
            swagger.NonNullableReferenceTypesAsRequired();
            swagger.CustomSchemaIds(Name);
            swagger.IncludeXmlComments(typeof(OpenApiSetup).Assembly);
            AccessFilter.AddSchemes(swagger);
            swagger.OperationFilter<OperationDetailsFilter>();
            swagger.OperationFilter<AccessFilter>();
            swagger.DocumentFilter<OpenApiIntroduction>();
            swagger.SchemaFilter<UnknownKeySchemas>();
            swagger.SchemaFilter<ClassifySchemas>();
            swagger.SchemaFilter<TeiSchemas>();
        });
    }

    /// <summary>Serves document and page, where there are routes for them to show.</summary>
    public static void UseOpenApi(this WebApplication app, ServiceOptions options)
    {
        if (!options.AnswersRequests)
        {
            return;
        }

        app.MapGet($"/swagger/{OpenApiText.Document}/swagger.json", async (OpenApiText text) => TypedResults.Bytes(await text.ReadAsync(), "application/json;charset=utf-8"))
            .ExcludeFromDescription().OpenToAnyone();
        app.UseOpenApiPage(OpenApiText.Document);
    }

    // ListPage<FileObject> becomes FileObjectListPage.
    private static string Name(Type type) => type.IsGenericType
        ? string.Concat(type.GetGenericArguments().Select(Name)) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
        : type.Name;
}
