using System.Net;
using Hangfire;
using Hangfire.Dashboard;

namespace FeedbackService.Api.Observability;

/// <summary>Hangfire's dashboard of queues, for looking only: our job rows are the truth, so nothing may be changed from there.</summary>
internal static class DashboardSetup
{
    /// <summary>Maps <c>/hangfire</c>, for callers on this machine.</summary>
    public static void UseJobDashboard(this WebApplication app) => app.UseHangfireDashboard("/hangfire", new DashboardOptions
    {
        Authorization = [new LoopbackOnly()],
        IsReadOnlyFunc = _ => true,
        DashboardTitle = "FeedbackService",
        AppPath = "/swagger",
        DisplayStorageConnectionString = false,
    });

    private sealed class LoopbackOnly : IDashboardAuthorizationFilter
    {
        // A proxy on this machine is loopback too, but then it says for whom it asks.
        public bool Authorize(DashboardContext context)
        {
            var http = context.GetHttpContext();
            return http.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
                && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
        }
    }
}
