using System.Diagnostics;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Observability;

/// <summary>Spans of the service. Without an exporter nobody listens, and none is made.</summary>
internal static class ServiceActivities
{
    /// <summary>Where they come from.</summary>
    public static ActivitySource Source { get; } = new("FeedbackService", ServiceVersion.Text);

    /// <summary>
    /// Id of the trace that the running code belongs to (W3C Trace Context, 32 hex digits): the caller's if it sent a
    /// <c>traceparent</c>. The host gives every request one, exporter or not; outside of requests and jobs it is <paramref name="otherwise"/>.
    /// </summary>
    public static string TraceIdOr(string otherwise) => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.TraceId.ToHexString() : otherwise;
}
