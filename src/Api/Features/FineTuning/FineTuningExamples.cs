namespace FeedbackService.Api.Features.FineTuning;

/// <summary>Filled-in examples of the documented routes.</summary>
internal static class FineTuningExamples
{
    public const string JobId = "ftjob-8s1k2m0q9x7c4v6b3n5za2wd";

    public const string Create = """
        {"model":"mlp","training_file":"file-3k1x9q0c5m2v8b7n4z6aw1sd","suffix":"my-model","seed":42,"priority":0,"device":"auto","metadata":{"team":"support"},"method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":"auto","learning_rate":"auto"}}}}
        """;

    public const string Job = """
        {"id":"ftjob-8s1k2m0q9x7c4v6b3n5za2wd","object":"fine_tuning.job","created_at":1795372800,"error":null,"fine_tuned_model":"support-tickets:1","finished_at":1795372861,"estimated_finish":null,"hyperparameters":{"n_epochs":12,"learning_rate":0.003,"rounds":1},"method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":12,"learning_rate":0.003,"rounds":1}}},"model":"mlp","organization_id":"local","result_files":[],"status":"succeeded","trained_tokens":1843200,"training_file":"file-3k1x9q0c5m2v8b7n4z6aw1sd","validation_file":null,"seed":42,"integrations":[],"user_provided_suffix":"support-tickets","metadata":{"team":"support"},"priority":0,"device":"auto","progress":null}
        """;

    public const string Estimate = """
        {"object":"fine_tuning.estimate","steps":340,"seconds":{"low":11.2,"high":40},"memory_bytes":734003200,"hyperparameters":{"n_epochs":12,"learning_rate":0.003,"rounds":1},"warnings":[{"code":"validation_leakage","message":"The training file holds 12 texts of the validation file (6 %), first line 14 (line 203 there): the scores will be better than the model."}]}
        """;

    public const string Event = """
        {"object":"fine_tuning.job.event","id":"ftevent-5b8x2m1q7c9v4k6n3z0aw1sd","created_at":1795372801,"level":"info","message":"Job started.","type":"status","data":null}
        """;

    public const string Checkpoint = """
        {"object":"fine_tuning.job.checkpoint","id":"ftckpt_2m1q7c9v4k6n3z0aw1sd5b8x","created_at":1795372830,"fine_tuned_model_checkpoint":"ftjob-8s1k2m0q9x7c4v6b3n5za2wd:step-170","step_number":170,"fine_tuning_job_id":"ftjob-8s1k2m0q9x7c4v6b3n5za2wd","metrics":{"step":170,"valid_loss":0.41,"accuracy":0.9,"macro_f1":0.89}}
        """;

    public const string Series = """
        {"object":"fine_tuning.job.metrics","steps":[{"step":10,"epoch":0.35,"loss":1.71,"learning_rate":0.0018}],"evaluations":[{"step":28,"epoch":1,"valid_loss":1.02,"accuracy":0.71,"macro_f1":0.69}]}
        """;

    public const string Report = """
        {"n":91,"accuracy":0.93,"macro_f1":0.93,"weighted_f1":0.93,"labels":["login","refund"],"per_class":[{"label":"login","precision":0.95,"recall":0.92,"f1":0.93,"support":45}],"confusion_matrix":[[42,3],[3,43]],"log_loss":0.21,"ece":0.03,"brier":0.1,"rounds":[{"round":0,"accuracy":0.92},{"round":1,"accuracy":0.93,"wrong_to_right":2,"right_to_wrong":1,"mean_change":0.08,"relative_change":0.31,"scale_rms":0.12}]}
        """;

    public static string List(string item, string id) => $$"""{"object":"list","data":[{{item}}],"first_id":"{{id}}","last_id":"{{id}}","has_more":false}""";
}
