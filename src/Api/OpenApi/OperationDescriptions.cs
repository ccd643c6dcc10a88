using FeedbackService.Api.Errors;

namespace FeedbackService.Api.OpenApi;

/// <summary>What a route table says of its routes, beyond the framework's own summary, description and tag.</summary>
internal static class OperationDescriptions
{
    /// <summary>Any route may answer it: a bug.</summary>
    private const int Always = StatusCodes.Status500InternalServerError;

    /// <summary>Fills in the request body.</summary>
    public static TBuilder WithRequestExample<TBuilder>(this TBuilder route, string json)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OperationExample(0, json));

    /// <summary>Shows an answer.</summary>
    public static TBuilder WithAnswerExample<TBuilder>(this TBuilder route, string json, int status = StatusCodes.Status200OK)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new OperationExample(status, json));

    /// <summary>Shows an answer of another shape with the same status 200, beside the first.</summary>
    /// <typeparam name="T">What it is.</typeparam>
    public static RouteHandlerBuilder WithOtherAnswer<T>(this RouteHandlerBuilder route, string name, string json) =>
        route.WithMetadata(new OtherAnswer(name, typeof(T), json));

    /// <summary>Fills in a path or query parameter.</summary>
    public static TBuilder WithParameterExample<TBuilder>(this TBuilder route, string name, string value)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new ParameterExample(name, value));

    /// <summary>Documents a multipart body that the route reads itself.</summary>
    public static RouteHandlerBuilder WithForm(this RouteHandlerBuilder route, params FormField[] fields) => route.WithMetadata([.. fields]);

    /// <summary>Documents the errors it may answer with; a failure of ours is always among them.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses.Append(Always).Distinct().Order())
        {
            route.Produces<ProblemBody>(status, ProblemWriter.ContentType);
        }

        return route;
    }
}
