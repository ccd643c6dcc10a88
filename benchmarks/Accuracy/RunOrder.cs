using System.Text.Json.Nodes;

namespace FeedbackService.Accuracy;

/// <summary>One training to be run in a process of its own.</summary>
/// <param name="Study">Name of the study.</param>
/// <param name="Set">Name of the set.</param>
/// <param name="Data">Folder of the set.</param>
/// <param name="Preset">Where it starts from.</param>
/// <param name="Arm">Name of the arm.</param>
/// <param name="Seed">Of weights, order, split and dropout.</param>
/// <param name="Options">Hyperparameters.</param>
/// <param name="Threads">Of libtorch.</param>
/// <param name="Folder">Where the artifact goes.</param>
internal sealed record RunOrder(string Study, string Set, string Data, string Preset, string Arm, int Seed, JsonObject Options, int Threads, string Folder);
