using FeedbackService.Api.Http;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.OpenApi;
using FeedbackService.Api.Security;
using FeedbackService.Api.Storage.Entities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FeedbackService.Api.Features.Evaluations;

/// <summary>Routes of evaluations.</summary>
internal static class EvaluationEndpoints
{
    private const string Id = "eval_7c9v4k6n3z0aw1sd5b8x2m1q";

    private const string Example = """
        {"id":"eval_7c9v4k6n3z0aw1sd5b8x2m1q","object":"evaluation","status":"succeeded","model":"support-tickets:1","file":"file-9x7c4v6b3n5za2wd8s1k2m0q","baseline":"support-tickets:2","provider":null,"priority":0,"device":"auto","created_at":1795372900,"finished_at":1795372903,"error":null,"report":{"n":182,"accuracy":0.93,"macro_f1":0.93,"weighted_f1":0.93,"labels":["login","refund"],"per_class":[{"label":"login","precision":0.95,"recall":0.92,"f1":0.93,"support":90}],"confusion_matrix":[[83,7],[5,87]],"log_loss":0.21,"ece":0.03,"brier":0.1,"left_out":{"rows":3,"unknown_labels":{"shipping":3},"other_form":0,"unreadable":0},"rounds":[{"round":0,"accuracy":0.92},{"round":1,"accuracy":0.93,"wrong_to_right":4,"right_to_wrong":2,"mean_change":0.08}]},"comparison":{"baseline":"support-tickets:2","n":182,"left_out":0,"accuracy":0.934,"baseline_accuracy":0.89,"accuracy_difference":0.044,"accuracy_difference_low":0.003,"accuracy_difference_high":0.087,"macro_f1":0.93,"baseline_macro_f1":0.89,"macro_f1_difference":0.04,"both_right":158,"only_model_right":12,"only_baseline_right":4,"both_wrong":8,"p_value":0.077}}
        """;

    private const string Prediction = """
        {"object":"evaluation.prediction","line":14,"text":"I was charged twice","text_pair":null,"true":["refund"],"predicted":["login"],"score":0.52}
        """;

    /// <summary>Maps <c>/v1/evaluations</c>.</summary>
    public static void MapEvaluations(this IEndpointRouteBuilder routes)
    {
        var evaluations = routes.MapGroup("/v1/evaluations").WithTags("Evaluations").NeedsScope(Scopes.JobsWrite);

        evaluations.MapPost("/", CreateEvaluation.HandleAsync).WithName("CreateEvaluation").WithSummary("Evaluate a model on a labelled file")
            .WithDescription("Queues a run over every row; the report has scores per class, confusion matrix, calibration and accuracy per round; rows whose labels the model does not know are left out, and left_out counts and names them. With a baseline both are held against the same rows, those whose labels both know: difference, its 95 % interval and McNemar's exact test. A provider says what shall compute the model: onnx_int8 beside the same model as baseline tells what eight bits cost.")
            .WithRequestExample("""{"model":"support-tickets","file":"file-9x7c4v6b3n5za2wd8s1k2m0q","baseline":"support-tickets@production","provider":"auto","priority":0,"device":"auto"}""").WithAnswerExample(Example)
            .Refuses(400, 404, 409, 413, 415, 422, 507);

        evaluations.MapGet("/", ListAsync).WithName("ListEvaluations").WithSummary("List evaluations")
            .WithDescription("Newest first.")
            .WithAnswerExample($$"""{"object":"list","data":[{{Example}}],"first_id":"{{Id}}","last_id":"{{Id}}","has_more":false}""")
            .WithParameterExample("limit", "20").Refuses(400);

        evaluations.MapGet("/{id}", GetAsync).WithName("GetEvaluation").WithSummary("Get an evaluation")
            .WithDescription("Its status and, once succeeded, its report.")
            .WithParameterExample("id", Id).WithAnswerExample(Example).Refuses(404);

        evaluations.MapGet("/{id}/predictions", ListPredictions.HandleAsync).WithName("ListPredictions").WithSummary("Look at what an evaluation got right and wrong")
            .WithDescription("Text by text in the order of the file; true and predicted pick a cell of the confusion matrix.")
            .WithParameterExample("id", Id).WithParameterExample("limit", "20")
            .WithAnswerExample($$"""{"object":"list","data":[{{Prediction}}],"first_id":"14","last_id":"14","has_more":false}""").Refuses(400, 404);
    }

    private static async Task<Ok<EvaluationObject>> GetAsync(string id, JobStore jobs, CancellationToken cancellationToken) =>
        TypedResults.Ok(EvaluationObject.From(await jobs.GetAsync(id, JobKind.Evaluate, cancellationToken)));

    private static async Task<Ok<ListPage<EvaluationObject>>> ListAsync([AsParameters] PageQuery page, JobStore jobs, CancellationToken cancellationToken)
    {
        var found = await jobs.ListAsync(JobKind.Evaluate, page.After, page.LimitOr(), null, cancellationToken);
        return TypedResults.Ok(found.ToList(row => row.Id, EvaluationObject.From));
    }
}
