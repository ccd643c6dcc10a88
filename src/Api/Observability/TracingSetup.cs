using FeedbackService.Api.Hosting;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FeedbackService.Api.Observability;

/// <summary>Traces by OTLP, set by OpenTelemetry's own variables.</summary>
internal static class TracingSetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    /// <summary>Adds the exporter if there is somewhere to send to; without, nothing is recorded.</summary>
    public static void AddTracing(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]) && string.IsNullOrEmpty(builder.Configuration[TracesEndpoint]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            // The detector comes last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
            .ConfigureResource(resource => resource.Clear().AddService("feedbackservice", serviceVersion: ServiceVersion.Text).AddTelemetrySdk().AddEnvironmentVariableDetector())
            .WithTracing(tracing => tracing
                .AddSource(ServiceActivities.Source.Name)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = IsWorthASpan)
                .AddOtlpExporter());
    }

    // What machines ask every few seconds would bury the rest.
    private static bool IsWorthASpan(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/metrics") && !context.Request.Path.StartsWithSegments("/hangfire");
}
