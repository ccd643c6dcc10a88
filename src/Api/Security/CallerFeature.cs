namespace FeedbackService.Api.Security;

/// <summary>The caller of a request.</summary>
internal static class CallerFeature
{
    /// <summary>Who sent it; nobody as long as that has not been looked at.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? Security.Caller.Nobody;
}
