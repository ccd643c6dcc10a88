namespace FeedbackService.Api.Files;

/// <summary>What files are for, in OpenAI's words.</summary>
public static class FilePurpose
{
    /// <summary>Labelled texts to train on or to validate with.</summary>
    public const string FineTune = "fine-tune";

    /// <summary>Requests, one per line.</summary>
    public const string Batch = "batch";

    /// <summary>Labelled texts to evaluate on.</summary>
    public const string Evals = "evals";

    /// <summary>Answers of a batch. Made by the service.</summary>
    public const string BatchOutput = "batch_output";

    /// <summary>Figures of a training. Made by the service.</summary>
    public const string FineTuneResults = "fine-tune-results";

    /// <summary>What uploads may be for.</summary>
    public static IReadOnlyList<string> Uploads { get; } = [FineTune, Batch, Evals];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Uploads, BatchOutput, FineTuneResults];
}
