using FeedbackService.Api.Hosting;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Features.Home;

/// <summary>The front door: a person's browser goes to the page to try things, a program gets a list of addresses.</summary>
internal static class HomeEndpoints
{
    /// <summary>Maps <c>/</c>.</summary>
    public static void MapHome(this IEndpointRouteBuilder routes) => routes.MapGet("/", Get).OpenToAnyone()
        .WithTags("Service").WithName("GetHome").WithSummary("Where things are")
        .WithDescription("Browsers are sent to the page where every operation can be tried; programs get the addresses.")
        .Produces<HomeResponse>().Produces(StatusCodes.Status302Found)
        .WithAnswerExample("""{"service":"FeedbackService","version":"0.1.0","try":{"swagger":"/swagger","classify":"POST /v1/classify"}}""")
        .Refuses();

    private static IResult Get(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        ? TypedResults.Redirect("/swagger")
        : TypedResults.Ok(new HomeResponse("FeedbackService", ServiceVersion.Text, new Dictionary<string, string>
        {
            ["swagger"] = "/swagger",
            ["classify"] = "POST /v1/classify",
            ["upload"] = "POST /v1/files",
            ["fine_tune"] = "POST /v1/fine_tuning/jobs",
            ["models"] = "GET /v1/models",
            ["queue"] = "/hangfire",
            ["health"] = "/health/ready",
        }));
}
