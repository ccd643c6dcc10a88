using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Observability;

/// <summary>Whether the process lives, and whether it can do its work.</summary>
internal static class HealthSetup
{
    /// <summary>Adds the checks.</summary>
    public static void AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TorchCheck>();
        builder.Services.AddSingleton<ReadinessCheck>();
    }

    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>.</summary>
    public static void MapHealth(this WebApplication app)
    {
        var health = app.MapGroup("/health").WithTags("Service").OpenToAnyone();
        health.MapGet("/live", () => TypedResults.Ok(new HealthResponse("live", null)))
            .WithName("GetLive").WithSummary("Whether the process answers")
            .WithDescription("Restart the process when this fails.")
            .WithAnswerExample("""{"status":"live","checks":null}""").Refuses();
        health.MapGet("/ready", ReadyAsync)
            .WithName("GetReady").WithSummary("Whether the service can work")
            .WithDescription("Asks the database and the store of artifacts and files, and computes with a tensor. 503 says what is wrong. `degraded` is a 200: only some models cannot be served here.")
            .Produces<HealthResponse>().Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable)
            .WithAnswerExample("""{"status":"ready","checks":{"database":"ok","storage":"ok","torch":"ok","models":"ok"}}""")
            .WithAnswerExample("""{"status":"not_ready","checks":{"database":"ok","storage":"ok","torch":"libtorch cannot be loaded.","models":"ok"}}""", 503).Refuses();
    }

    private static async Task<IResult> ReadyAsync(ReadinessCheck check, CancellationToken cancellationToken)
    {
        var response = await check.RunAsync(cancellationToken);
        return TypedResults.Json(response, statusCode: ReadinessCheck.CanWork(response) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
