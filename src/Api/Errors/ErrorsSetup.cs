namespace FeedbackService.Api.Errors;

/// <summary>Errors and request ids.</summary>
internal static class ErrorsSetup
{
    /// <summary>Makes the framework's own refusals throw, so that they meet the one table.</summary>
    public static void AddErrors(this WebApplicationBuilder builder) =>
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);

    /// <summary>First in the pipeline: everything after knows the request by its id.</summary>
    public static void UseRequestIds(this WebApplication app) => app.UseMiddleware<RequestIdMiddleware>();

    /// <summary>Turns whatever goes wrong further inside into problems.</summary>
    public static void UseErrors(this WebApplication app) => app.UseMiddleware<ErrorMiddleware>();
}
