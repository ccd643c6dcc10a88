using FeedbackService.Api.Serving.Requests;

namespace FeedbackService.Api.Features.Classify;

/// <summary>Routes that answer classification requests.</summary>
internal static class ClassifyEndpoints
{
    /// <summary>Maps <c>/v1/classify</c> and <c>/v1/classifications</c>.</summary>
    public static IEndpointRouteBuilder MapClassify(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTags("Classify");

        group.MapPost("/classify", Classify.HandleAsync)
            .WithName("classify")
            .WithSummary("Classify texts")
            .WithDescription("Answers a text, a text pair or up to 1,000 of them by a registered model. In a list a bad text carries its own error and the others are answered. With `Prefer: respond-async` the request is queued for the workers and answered with 202.")
            .Produces<ClassificationResponse>()
            .Produces<QueuedClassification>(StatusCodes.Status202Accepted);

        group.MapGet("/classifications/{id}", GetClassification.HandleAsync)
            .WithName("getClassification")
            .WithSummary("Read an asynchronous classification")
            .WithDescription("Gives the status and, once succeeded, the answer. Answers are kept for 24 hours.")
            .Produces<StoredClassification>();

        return routes;
    }
}
