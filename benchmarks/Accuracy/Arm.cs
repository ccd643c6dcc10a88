using System.Text.Json.Nodes;

namespace FeedbackService.Accuracy;

/// <summary>One way to train on a set, compared with the others of its study.</summary>
/// <param name="Name">Unique within the study.</param>
/// <param name="Options">Hyperparameters that differ from the preset's defaults.</param>
internal sealed record Arm(string Name, JsonObject Options)
{
    /// <summary>The arm everything is compared with.</summary>
    public const string Plain = "plain";

    /// <summary>The plain arm, trained for as long as <see cref="Rival"/> was: more epochs, without early stopping, the best one kept.</summary>
    public const string SameTime = "plain, same time";

    /// <summary>The plain arm with a layer in its head that has as many parameters as the loop of <see cref="Rival"/>.</summary>
    public const string LargerHead = "plain, same size in the head";

    /// <summary>The plain arm with an attention over the tokens in its pooling that has as many parameters as the loop of <see cref="Rival"/>.</summary>
    public const string SameSize = "plain, same size";

    /// <summary>The feedback arm that decides how long and how large the plain rivals are.</summary>
    public const string Rival = "attention + gated";

    /// <summary>Plain arms that spend what a loop spends, in other ways.</summary>
    public static IReadOnlyList<string> Rivals { get; } = [SameSize, LargerHead, SameTime];

    /// <summary>Whether the arm has a loop.</summary>
    public bool HasFeedback => Name != Plain && !Rivals.Contains(Name);
}
