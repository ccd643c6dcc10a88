using FeedbackService.Api.Events;
using FeedbackService.Api.Files;
using FeedbackService.Api.Hosting;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Servers;
using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using FeedbackService.Api.Serving;
using FeedbackService.Api.Storage;
using Prometheus;

namespace FeedbackService.Api.Observability;

/// <summary>Prometheus metrics under <c>/metrics</c>; docs/operations.md has the table of them.</summary>
internal static class MetricsSetup
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Adds what is counted at the edge. Serving, jobs and files count for themselves.</summary>
    public static void AddMetrics(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HttpMetrics>();
        builder.Services.AddSingleton<JobStateMetrics>();
    }

    /// <summary>Counts requests. Outside the error edge, so that it sees the status that went out.</summary>
    public static void UseRequestMetrics(this WebApplication app) => app.UseMiddleware<RequestMetricsMiddleware>();

    /// <summary>Maps <c>/metrics</c>. Comes after all other routes, whose series it prepares.</summary>
    public static void MapMetrics(this WebApplication app)
    {
        app.MapGet("/metrics", WriteAsync).WithTags("Service").WithName("GetMetrics").WithSummary("Figures of the service for Prometheus")
            .WithDescription("Text exposition format 0.0.4. Every series is there from the first scrape.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").NeedsScope(Scopes.Admin).Refuses();

        // Made now and not at their first use: a series that appears late looks like a counter that started late.
        _ = app.Services.GetRequiredService<ServingMetrics>();
        _ = app.Services.GetRequiredService<ModelRouteMetrics>();
        _ = app.Services.GetRequiredService<ChangeMetrics>();
        _ = app.Services.GetRequiredService<JobRunMetrics>();
        _ = app.Services.GetRequiredService<JobStateMetrics>();
        _ = app.Services.GetRequiredService<WorkerMetrics>();
        _ = app.Services.GetRequiredService<QueueMetrics>();
        _ = app.Services.GetRequiredService<UploadMetrics>();
        _ = app.Services.GetRequiredService<EventFeedMetrics>();
        var registry = app.Services.GetRequiredService<CollectorRegistry>();
        DotNetStats.Register(registry);
        Metrics.WithCustomRegistry(registry).CreateGauge("feedbackservice_build_info", "Always 1; the label tells the version.", ["version"])
            .WithLabels(ServiceVersion.Text).Set(1);
        app.Services.GetRequiredService<HttpMetrics>().Prepare(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints));
    }

    private static async Task WriteAsync(HttpContext context, CollectorRegistry registry, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        // Not straight to the response: a scrape that fails half-way must become an error, not a short list.
        await registry.CollectAndExportAsTextAsync(text, cancellationToken);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = text.Length;
        await context.Response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), cancellationToken);
    }
}
