using FeedbackService.Api.Hosting;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>The routes of the Open Inference Protocol (KServe v2), as KServe's and Triton's clients call them.</summary>
internal static class OpenInferenceEndpoints
{
    private const string Model = "support-tickets";
    private const string Version = "/models/{model}/versions/{version}";
    private const string InferDescription = "One input tensor of BYTES: texts as `[N]` or `[N,1]`, pairs as `[N,2]`, flat or nested. Outputs are `label`, `score`, `scores` and `logits`, all of them unless some are named; with Triton's parameter `classification` an output gives its so many best labels as `value:index:label`. A text that cannot be classified refuses the whole request.";
    private const string InferBody = """{"id":"42","parameters":{"truncate":true},"inputs":[{"name":"text","shape":[2,1],"datatype":"BYTES","data":["Where is my parcel?","I was charged twice for March."]}],"outputs":[{"name":"label"},{"name":"score"},{"name":"logits","parameters":{"classification":2}}]}""";
    private const string InferAnswer = """{"model_name":"support-tickets","model_version":"1","id":"42","outputs":[{"name":"label","shape":[2],"datatype":"BYTES","data":["delivery_status","billing"]},{"name":"score","shape":[2],"datatype":"FP32","data":[0.97,0.93]},{"name":"logits","shape":[2,2],"datatype":"BYTES","data":["6.2:3:delivery_status","1.9:1:complaint","5.7:0:billing","2.8:7:refund_request"]}]}""";
    private const string Metadata = """{"name":"support-tickets","versions":["1"],"platform":"torchsharp_safetensors","inputs":[{"name":"text","datatype":"BYTES","shape":[-1,1]}],"outputs":[{"name":"label","datatype":"BYTES","shape":[-1]},{"name":"score","datatype":"FP32","shape":[-1]},{"name":"scores","datatype":"FP32","shape":[-1,8]},{"name":"logits","datatype":"FP32","shape":[-1,8]}]}""";
    private const string Ready = """{"name":"support-tickets","ready":true}""";

    /// <summary>Maps <c>/v2</c>.</summary>
    public static void MapOpenInference(this IEndpointRouteBuilder routes)
    {
        var v2 = routes.MapGroup("/v2").WithTags("Open Inference").NeedsScope(Scopes.Predict).WithClassifyBodies();

        v2.MapGet("", GetServer.Handle).OpenToAnyone().WithName("GetServerMetadata").WithSummary("Describe the server")
            .WithDescription("Its name, version and the extensions of the protocol that it supports.")
            .WithAnswerExample("""{"name":"feedbackservice","version":"0.1.0","extensions":["classification"]}""").Refuses();

        v2.MapGet("/health/live", GetServer.HandleLive).OpenToAnyone().WithName("GetServerLive").WithSummary("Whether the server lives")
            .WithDescription("Restart the process when this fails.").WithAnswerExample("""{"live":true}""").Refuses();

        v2.MapGet("/health/ready", GetServer.HandleReadyAsync).OpenToAnyone().WithName("GetServerReady").WithSummary("Whether the server can work")
            .WithDescription("Asks the database and computes with a tensor; 503 when either fails.")
            .Produces<ServerReady>().Produces<ServerReady>(StatusCodes.Status503ServiceUnavailable)
            .WithAnswerExample("""{"live":true,"ready":true}""").WithAnswerExample("""{"live":true,"ready":false}""", 503).Refuses();

        v2.MapGet("/models/{model}", GetModelMetadata.HandleAsync).WithName("GetModelMetadata").WithSummary("Describe a model's tensors")
            .WithDescription("By name, name:version, name@alias or checkpoint. The model is loaded if need be.")
            .WithParameterExample("model", Model).WithAnswerExample(Metadata).Refuses(404, 422);

        v2.MapGet(Version, GetModelMetadata.HandleVersionAsync).WithName("GetModelVersionMetadata").WithSummary("Describe a version's tensors")
            .WithDescription("The model is loaded if need be.")
            .WithParameterExample("model", Model).WithParameterExample("version", "1").WithAnswerExample(Metadata).Refuses(404, 422);

        v2.MapGet("/models/{model}/ready", GetModelReady.HandleAsync).WithName("GetModelReady").WithSummary("Whether a model can answer")
            .WithDescription("The model is loaded if need be, so that the first inference after this is quick.")
            .WithParameterExample("model", Model).WithAnswerExample(Ready).Refuses(404, 422);

        v2.MapGet(Version + "/ready", GetModelReady.HandleVersionAsync).WithName("GetModelVersionReady").WithSummary("Whether a version can answer")
            .WithDescription("The model is loaded if need be, so that the first inference after this is quick.")
            .WithParameterExample("model", Model).WithParameterExample("version", "1").WithAnswerExample(Ready).Refuses(404, 422);

        v2.MapPost("/models/{model}/infer", Infer.HandleAsync).WithName("Infer").WithSummary("Classify a tensor of texts")
            .WithDescription(InferDescription).WithParameterExample("model", Model)
            .WithRequestExample(InferBody).WithAnswerExample(InferAnswer).Refuses(400, 404, 413, 415, 422, 429);

        v2.MapPost(Version + "/infer", Infer.HandleVersionAsync).WithName("InferVersion").WithSummary("Classify a tensor of texts by a version")
            .WithDescription(InferDescription).WithParameterExample("model", Model).WithParameterExample("version", "1")
            .WithRequestExample(InferBody).WithAnswerExample(InferAnswer).Refuses(400, 404, 413, 415, 422, 429);
    }
}
