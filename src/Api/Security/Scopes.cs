namespace FeedbackService.Api.Security;

/// <summary>What a key may do. Every route needs exactly one of these, or is open to anyone.</summary>
public static class Scopes
{
    /// <summary>Ask models: classify in every dialect, describe the served models there, fetch asynchronous answers.</summary>
    public const string Predict = "predict";

    /// <summary>Look at presets, models, versions and aliases, and download artifacts.</summary>
    public const string ModelsRead = "models:read";

    /// <summary>Change the registry: import, describe, delete, move aliases.</summary>
    public const string ModelsWrite = "models:write";

    /// <summary>
    /// Files, fine-tuning, evaluations and batches, reading them included: who may look at jobs sees the texts they are made of,
    /// so there is no weaker scope for looking.
    /// </summary>
    public const string JobsWrite = "jobs:write";

    /// <summary>Everything, keys and the dashboard of queues included.</summary>
    public const string Admin = "admin";

    /// <summary>All of them, from the least to the most.</summary>
    public static IReadOnlyList<string> All { get; } = [Predict, ModelsRead, ModelsWrite, JobsWrite, Admin];
}
