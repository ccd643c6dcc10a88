namespace FeedbackService.Api.Observability;

/// <summary>Whether the process lives, and whether it can do its work.</summary>
internal static class HealthSetup
{
    /// <summary>Adds the checks.</summary>
    public static void AddHealth(this WebApplicationBuilder builder) => builder.Services.AddSingleton<TorchCheck>();

    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>.</summary>
    public static void MapHealth(this WebApplication app)
    {
        var health = app.MapGroup("/health").WithTags("Health");
        health.MapGet("/live", () => TypedResults.Ok(new HealthResponse("live"))).WithName("GetLive").WithSummary("Whether the process answers at all");
    }
}
