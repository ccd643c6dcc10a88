using FeedbackService.Api.Hosting;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Features.Classify;

/// <summary>Routes that answer classification requests.</summary>
internal static class ClassifyEndpoints
{
    private const string ExampleId = "cls_3k1x9q0c5m2v8b7n4z6aw1sd";

    private const string Request = """
        {"model":"support-tickets","input":["Where is my parcel? It should have come on Monday.","I was charged twice for March."],"top_k":3}
        """;

    private const string Data = """
        "data":[{"index":0,"label":"delivery_status","score":0.97,"scores":[{"label":"delivery_status","score":0.97},{"label":"complaint","score":0.01},{"label":"refund_request","score":0.01}],"abstained":false,"rounds":0,"exit":"none","tokens":131,"truncated":false},{"index":1,"label":"billing","score":0.93,"scores":[{"label":"billing","score":0.93},{"label":"refund_request","score":0.05},{"label":"complaint","score":0.01}],"abstained":false,"rounds":0,"exit":"none","tokens":78,"truncated":false}],"usage":{"texts":2,"tokens":209}
        """;

    /// <summary>Maps <c>/v1/classify</c> and <c>/v1/classifications</c>.</summary>
    public static void MapClassify(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTags("Classify").NeedsScope(Scopes.Predict).WithClassifyBodies();

        group.MapPost("/classify", Classify.HandleAsync).WithName("Classify").WithSummary("Classify texts")
            .WithDescription("Answers a text, a text pair or up to 1,000 of them by a registered model. In a list a bad text carries its own error and the others are answered. `explain` adds every round and what parts of the text carried weight: by the feedback's attention, or for any model by leaving out one word after another (`occlusion`), which reads the text once more per word, so that a request that asks for it takes at most 32 texts (longer lists that name no method have the rounds alone), and it joins neighbouring words beyond 256 of a text or 1,024 of a request. With the header `Prefer: respond-async` the request is queued for the workers and answered with 202; `Prefer: wait=5` gives up after so many seconds with 504.")
            .WithRequestExample(Request)
            .WithAnswerExample($$"""{"id":"{{ExampleId}}","object":"classification","model":"support-tickets:1","created_at":1795372800,{{Data}}}""")
            .WithAnswerExample($$"""{"id":"{{ExampleId}}","object":"classification","status":"queued"}""", StatusCodes.Status202Accepted)
            .Refuses(400, 404, 409, 413, 415, 422, 504);

        group.MapGet("/classifications/{id}", GetClassification.HandleAsync).WithName("GetClassification").WithSummary("Get an asynchronous classification")
            .WithDescription("Its status and, once succeeded, the answer. Answers are kept for 24 hours.")
            .WithParameterExample("id", ExampleId)
            .WithAnswerExample($$"""{"id":"{{ExampleId}}","object":"classification","status":"succeeded","model":"support-tickets:1","created_at":1795372800,{{Data}}}""")
            .Refuses(404);
    }
}
