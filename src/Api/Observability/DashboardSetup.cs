using FeedbackService.Api.Security;
using Hangfire;

namespace FeedbackService.Api.Observability;

/// <summary>Hangfire's dashboard of queues, for looking only: our job rows are the truth, so nothing may be changed from there.</summary>
internal static class DashboardSetup
{
    /// <summary>Maps <c>/hangfire</c>, for admins.</summary>
    public static void MapJobDashboard(this WebApplication app) => app.MapHangfireDashboard("/hangfire", new DashboardOptions
    {
        // Hangfire's own rule would let in whoever comes through a proxy on this machine; ours has been asked before.
        Authorization = [],
        IsReadOnlyFunc = _ => true,
        DashboardTitle = "FeedbackService",
        AppPath = "/swagger",
        DisplayStorageConnectionString = false,
    }).NeedsScope(Scopes.Admin);
}
