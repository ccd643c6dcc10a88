namespace FeedbackService.Api.Observability;

/// <summary>The log of requests.</summary>
internal static class RequestLogSetup
{
    /// <summary>Before the error edge, so that it sees the status that went out.</summary>
    public static void UseRequestLog(this WebApplication app) => app.UseMiddleware<RequestLogMiddleware>();
}
