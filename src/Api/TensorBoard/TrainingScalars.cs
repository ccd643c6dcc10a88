using System.Text.Json.Nodes;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.TensorBoard;

/// <summary>Which figures of a series TensorBoard shows, and under which names.</summary>
internal static class TrainingScalars
{
    private static readonly (string Tag, string Member)[] OfSteps =
    [
        ("train/loss", "loss"), ("train/learning_rate", "learning_rate"), ("train/grad_norm", "grad_norm"), ("train/epoch", "epoch"),
        ("speed/texts_per_second", "texts_per_second"), ("speed/trained_tokens", "trained_tokens"),
    ];

    private static readonly (string Tag, string Member)[] OfEvaluations =
    [
        ("validation/loss", "valid_loss"), ("validation/accuracy", "accuracy"), ("validation/macro_f1", "macro_f1"), ("validation/rmse", "rmse"),
        ("validation/perplexity", "perplexity"), ("validation/masked_accuracy", "masked_accuracy"),
    ];

    private static readonly string[] OfRounds = ["loss", "accuracy", "mean_change", "relative_change", "scale_rms", "wrong_to_right", "right_to_wrong", "sweeps", "residual", "kappa"];

    /// <summary>The figures of a point; rounds get a curve each when there is more than the plain one.</summary>
    public static IEnumerable<(string Tag, double Value)> Of(JobMetricRow row)
    {
        var values = JsonNode.Parse(row.ValuesJson) as JsonObject ?? [];
        foreach (var (tag, member) in row.Kind == "evaluation" ? OfEvaluations : OfSteps)
        {
            if (Number(values[member]) is { } value)
            {
                yield return (tag, value);
            }
        }

        if (values["round_losses"] is JsonArray { Count: > 1 } losses)
        {
            for (var round = 0; round < losses.Count; round++)
            {
                if (Number(losses[round]) is { } loss)
                {
                    yield return ($"train/loss/round_{round}", loss);
                }
            }
        }

        if (values["rounds"] is JsonArray { Count: > 1 } rounds)
        {
            foreach (var round in rounds.OfType<JsonObject>())
            {
                foreach (var member in OfRounds)
                {
                    if (Number(round[member]) is { } value)
                    {
                        yield return ($"validation/{member}/round_{round["round"]}", value);
                    }
                }
            }
        }
    }

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}
