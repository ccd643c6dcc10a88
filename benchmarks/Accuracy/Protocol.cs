using System.Text.Json.Nodes;
using FeedbackService.Training.Presets;

namespace FeedbackService.Accuracy;

/// <summary>Which studies are run.</summary>
internal static class Protocol
{
    /// <summary>Seeds of every arm, in this order: all arms of a study have the first one before any has the second.</summary>
    public static readonly IReadOnlyList<int> Seeds = [1, 2, 3, 4, 5];

    /// <summary>The sets, a folder each.</summary>
    public static readonly IReadOnlyList<string> Sets = ["banking77", "thucnews", "agnews"];

    private const double Started = 0.3;

    /// <summary>Does feedback pay?</summary>
    /// <param name="full">Every encoder on every set, and arms of two rounds.</param>
    public static IReadOnlyList<Study> Feedback(bool full) => full
        ? [.. from preset in new[] { "mlp", "transformer-small", "gru", "lstm", "rnn", "bifnn" } from set in Sets select new Study(set, preset, Arms(preset, full))]
        :
        [
            .. Sets.Select(set => new Study(set, "mlp", Arms("mlp", full))),
            .. new[] { "gru", "bifnn", "transformer-small" }.Select(preset => new Study("banking77", preset, Arms(preset, full))),
        ];

    /// <summary>Every preset as it comes, one seed.</summary>
    public static IReadOnlyList<Study> Presets() =>
        [.. from preset in PresetCatalog.All where preset.TrainableFromScratch from set in Sets select new Study(set, preset.Id, [new Arm("as it comes", [])])];

    private static List<Arm> Arms(string preset, bool full)
    {
        var arms = new List<Arm>
        {
            new(Arm.Plain, new JsonObject { ["rounds"] = 0 }),
            new(Arm.Rival, Loop("attention", "gated", 0)),
            new("attention + gated, γ 0.3", Loop("attention", "gated", Started)),
            new("residual + add, γ 0.3", Loop("residual", "add", Started)),
            new("gated + attention, γ 0.3", Loop("gated", "attention", Started)),
            new(Arm.SameSize, new JsonObject { ["rounds"] = 0, ["pooling"] = preset == "mlp" ? "attention_sqrt_n_max" : "attention_max" }),
            new(Arm.LargerHead, new JsonObject { ["rounds"] = 0 }),
            new(Arm.SameTime, new JsonObject { ["rounds"] = 0, ["early_stopping_patience"] = 0 }),
        };
        if (full)
        {
            arms.Add(new("attention + gated, γ 0.3, 2 rounds", Loop("attention", "gated", Started, rounds: 2)));
        }

        return arms;
    }

    private static JsonObject Loop(string feedback, string fusion, double scale, int rounds = 1) => new()
    {
        ["rounds"] = rounds,
        ["feedback"] = feedback,
        ["fusion"] = fusion,
        ["initial_scale"] = scale,
    };
}
