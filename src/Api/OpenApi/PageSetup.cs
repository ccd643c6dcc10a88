using Microsoft.Extensions.FileProviders;

namespace FeedbackService.Api.OpenApi;

/// <summary>The page at <c>/swagger</c>: Swagger UI with a plugin that carries what one operation made into the next.</summary>
internal static class PageSetup
{
    private const string Prefix = "/swagger";
    private const string Folder = "FeedbackService.Api.OpenApi.Page";

    /// <summary>Serves the page; the document is served beside it.</summary>
    public static void UseOpenApiPage(this WebApplication app, string document)
    {
        app.UseStaticFiles(new StaticFileOptions { RequestPath = Prefix, FileProvider = new EmbeddedFileProvider(typeof(PageSetup).Assembly, Folder) });
        app.UseSwaggerUI(page =>
        {
            page.SwaggerEndpoint($"{document}/swagger.json", "FeedbackService");
            page.DocumentTitle = "FeedbackService";
            page.EnableTryItOutByDefault();
            page.EnableDeepLinking();
            page.DisplayRequestDuration();
            page.DefaultModelsExpandDepth(0);
            page.InjectStylesheet("tour.css");
            page.InjectJavascript("tour.js");
            page.ConfigObject.Plugins = ["FeedbackServiceTour"];
        });
    }
}
