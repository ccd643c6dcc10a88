using FeedbackService.Api.Hosting;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Features.Tei;

/// <summary>The routes of Text Embeddings Inference for a classifier, with a query parameter where that serves one model only.</summary>
internal static class TeiEndpoints
{
    private const string Model = "support-tickets";

    /// <summary>Maps <c>/predict</c> and <c>/info</c>.</summary>
    public static void MapTei(this IEndpointRouteBuilder routes)
    {
        var tei = routes.MapGroup(string.Empty).WithTags("TEI").NeedsScope(Scopes.Predict).WithClassifyBodies();

        tei.MapPost("/predict", Predict.HandleAsync).WithName("Predict").WithSummary("Classify texts as TEI does")
            .WithDescription("`\"text\"` and `[\"text\"]` are one text, `[\"text\",\"pair\"]` is one pair, and both are answered by one list of labels. A batch is a list of such lists, answered by a list of lists. Without `model` the only model there is answers. A text that cannot be classified refuses the whole request. The headers `x-compute-tokens`, `x-total-time`, `x-queue-time` and their like say what it cost.")
            .WithParameterExample("model", Model)
            .WithRequestExample("""{"inputs":"I was charged twice for March.","truncate":true,"truncation_direction":"right","raw_scores":false}""")
            .WithAnswerExample("""[{"label":"billing","score":0.93},{"label":"refund_request","score":0.05},{"label":"complaint","score":0.01}]""")
            .Refuses(400, 404, 413, 415, 422, 429, 504);

        tei.MapGet("/info", GetInfo.HandleAsync).WithName("GetInfo").WithSummary("Describe a model as TEI does")
            .WithDescription("Labels and limits of the model named, or of the only one there is.")
            .WithParameterExample("model", Model)
            .WithAnswerExample("""{"model_id":"support-tickets:1","model_sha":"4f6a1e0c9b7d3a25e8f01b6c7d9e2a34f5b6c7d8e9f0a1b2c3d4e5f60718293a","model_dtype":"float32","served_model_name":"support-tickets","model_type":{"classifier":{"id2label":{"0":"billing","1":"complaint"},"label2id":{"billing":0,"complaint":1}}},"max_concurrent_requests":4096,"max_input_length":256,"max_batch_tokens":16384,"tokenization_workers":2,"max_batch_requests":64,"max_client_batch_size":1000,"auto_truncate":true,"version":"0.1.0","sha":null,"docker_label":null}""")
            .Refuses(400, 404, 422);
    }
}
