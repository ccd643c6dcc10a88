using System.Globalization;
using FeedbackService.Api.Security;
using Microsoft.AspNetCore.Http.Metadata;
using Prometheus;

namespace FeedbackService.Api.Observability;

/// <summary>Requests by route template, method and status: as many series as there are routes, whatever addresses callers try.</summary>
internal sealed class HttpMetrics(CollectorRegistry registry)
{
    /// <summary>Label of requests that met no route, such as pages and misspelt addresses.</summary>
    private const string NoRoute = "none";

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    private static readonly int[] Open = [StatusCodes.Status200OK];
    private static readonly int[] Guarded = [StatusCodes.Status200OK, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status429TooManyRequests];
    private static readonly double[] Seconds = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 60];

    private readonly Counter _requests = Metrics.WithCustomRegistry(registry).CreateCounter(
        "feedbackservice_http_requests_total", "Requests answered.", "route", "method", "status");

    private readonly Histogram _duration = Metrics.WithCustomRegistry(registry).CreateHistogram(
        "feedbackservice_http_request_duration_seconds", "Time from the request's headers to the end of the answer.", ["route", "method"],
        new HistogramConfiguration { Buckets = Seconds });

    private readonly Gauge _active = Metrics.WithCustomRegistry(registry).CreateGauge(
        "feedbackservice_http_requests_active", "Requests being answered now, open event streams included.");

    /// <summary>Makes the series of all routes with the statuses they document.</summary>
    public void Prepare(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            {
                _duration.WithLabels(RouteOf(endpoint), method).Publish();
                var documented = endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Select(answer => answer.StatusCode);
                foreach (var status in documented.Concat(endpoint.Metadata.GetMetadata<AccessRule>()?.Scope is null ? Open : Guarded))
                {
                    _requests.WithLabels(RouteOf(endpoint), method, Text(status)).Publish();
                }
            }
        }

        _duration.WithLabels(NoRoute, "GET").Publish();
        _requests.WithLabels(NoRoute, "GET", Text(StatusCodes.Status404NotFound)).Publish();
    }

    /// <summary>A request has begun.</summary>
    /// <returns>Dispose at its end.</returns>
    public IDisposable Begin() => _active.TrackInProgress();

    /// <summary>A request has been answered.</summary>
    public void End(HttpContext context, TimeSpan elapsed)
    {
        var route = RouteOf(context.GetEndpoint() as RouteEndpoint);
        // A method is what the caller typed: unknown ones share a series.
        var method = Methods.Contains(context.Request.Method) ? context.Request.Method : "other";
        _requests.WithLabels(route, method, Text(context.Response.StatusCode)).Inc();
        _duration.WithLabels(route, method).Observe(elapsed.TotalSeconds);
    }

    private static string RouteOf(RouteEndpoint? endpoint) => endpoint?.RoutePattern.RawText is { } template ? "/" + template.Trim('/') : NoRoute;

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
