using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Checkpoints;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Writes <c>README.md</c>: what the model is, what it was trained on and how well it does, in the form that Hugging Face reads.</summary>
internal static class ModelCard
{
    private static readonly (string Member, string Title)[] Figures =
    [
        ("accuracy", "Accuracy"), ("macro_f1", "Macro F1"), ("weighted_f1", "Weighted F1"), ("log_loss", "Log loss"), ("ece", "Calibration error (15 bins)"), ("brier", "Brier score"),
        ("masked_accuracy", "Hidden tokens guessed"), ("masked_loss", "Loss at hidden tokens"), ("perplexity", "Perplexity at hidden tokens"),
    ];

    /// <summary>The text.</summary>
    public static string Write(ExportShape shape, ArtifactManifest manifest, string name)
    {
        var card = new StringBuilder();
        Front(card, shape, manifest, name);
        Line(card, $"# {name}");
        Line(card, "");
        Line(card, shape.Classifies
            ? $"A `{shape.Architecture}` that classifies texts into {shape.Config.Labels.Count} labels: {string.Join(", ", shape.Config.Labels.Select(label => $"`{Plain(label)}`"))}."
            : shape.Guesses ? $"A `{shape.Architecture}` that guesses hidden tokens: an encoder to be fine-tuned, or to be pre-trained further."
            : $"A `{shape.Architecture}`: an encoder without a head, to be fine-tuned.");
        Line(card, $"{shape.Encoder.Layers} layers × {shape.Encoder.HiddenSize}, texts of up to {shape.Config.MaxTokens} tokens. Exported by FeedbackService.");
        Evaluation(card, manifest);
        Training(card, manifest.Lineage);
        return card.ToString();
    }

    private static void Front(StringBuilder card, ExportShape shape, ArtifactManifest manifest, string name)
    {
        Line(card, "---");
        Line(card, "library_name: transformers");
        Line(card, $"pipeline_tag: {(shape.Classifies ? "text-classification" : shape.Guesses ? "fill-mask" : "feature-extraction")}");
        Line(card, "tags:");
        Line(card, "- feedback-service");
        if (shape.HasHead && Numbers(manifest.Metrics) is { Count: > 0 } figures)
        {
            Line(card, "model-index:");
            Line(card, $"- name: {Quoted(name)}");
            Line(card, "  results:");
            Line(card, "  - task:");
            Line(card, $"      type: {(shape.Classifies ? "text-classification" : "fill-mask")}");
            Line(card, "    dataset:");
            Line(card, "      name: held-out part of the training file");
            Line(card, "      type: text");
            Line(card, "    metrics:");
            foreach (var (member, title, value) in figures)
            {
                Line(card, $"    - type: {member}");
                Line(card, $"      name: {title}");
                Line(card, $"      value: {value}");
            }
        }

        Line(card, "---");
        Line(card, "");
    }

    private static void Evaluation(StringBuilder card, ArtifactManifest manifest)
    {
        Line(card, "");
        Line(card, "## Evaluation");
        Line(card, "");
        if (Numbers(manifest.Metrics) is not { Count: > 0 } figures)
        {
            Line(card, "It was not evaluated here.");
            return;
        }

        var texts = manifest.Metrics!["n"] is JsonValue count ? $" of {count.ToJsonString()} texts" : "";
        Line(card, $"On the held-out part{texts}:");
        Line(card, "");
        Line(card, "| figure | value |");
        Line(card, "|---|---|");
        foreach (var (_, title, value) in figures)
        {
            Line(card, $"| {title} | {value} |");
        }
    }

    private static void Training(StringBuilder card, ArtifactLineage lineage)
    {
        Line(card, "");
        Line(card, "## Origin");
        Line(card, "");
        Line(card, lineage.Origin is { } origin ? $"Imported{(origin.Repository is { } repository ? $" from `{Plain(repository)}` at `{Plain(origin.Revision ?? "")}`" : "")}."
            : lineage.BaseModel is { } start ? $"Trained from `{Plain(start)}`."
            : "Imported.");
        foreach (var data in lineage.Datasets)
        {
            Line(card, $"- {data.Role}: {(data.Rows is { } rows ? string.Create(CultureInfo.InvariantCulture, $"{rows} rows, ") : "")}SHA-256 `{data.Sha256}`");
        }

        if (lineage.Hyperparameters is { Count: > 0 } options)
        {
            Line(card, "");
            Line(card, "```json");
            Line(card, options.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }));
            Line(card, "```");
        }
    }

    private static List<(string Member, string Title, string Value)> Numbers(JsonObject? metrics) =>
    [
        .. Figures
            .Where(figure => metrics?[figure.Member] is JsonValue value && value.TryGetValue<double>(out _))
            .Select(figure => (figure.Member, figure.Title, metrics![figure.Member]!.GetValue<double>().ToString("0.####", CultureInfo.InvariantCulture))),
    ];

    // Names come from users; in the card they are text and nothing else.
    private static string Plain(string text) => new([.. text.Select(character => character == '`' || char.IsControl(character) ? ' ' : character)]);

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static void Line(StringBuilder card, string text) => card.Append(text).Append('\n');
}
