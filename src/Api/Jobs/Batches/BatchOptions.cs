using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>Limits of batches. Section <c>Batches</c>.</summary>
internal sealed class BatchOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Batches";

    /// <summary>Most lines of an input file; one with more fails as a whole. Default 50,000, as with OpenAI.</summary>
    [Range(1, 10_000_000)]
    public int MaxLines { get; set; } = 50_000;

    /// <summary>Most bytes of a line; a longer one fails alone. Default 1 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxLineBytes { get; set; } = 1024 * 1024;

    /// <summary>Most different model addresses in a file; one with more fails as a whole. Default 100.</summary>
    [Range(1, 10_000)]
    public int MaxModels { get; set; } = 100;

    /// <summary>Lines being answered at once. Enough of them keep the inference thread busy. Default 256.</summary>
    [Range(1, 10_000)]
    public int LinesInFlight { get; set; } = 256;

    /// <summary>Texts being answered at once, those that explanations may read again included; a line with more of them goes alone. Default 2048.</summary>
    [Range(1, 1_000_000)]
    public int TextsInFlight { get; set; } = 2048;

    /// <summary>How often answers are brought to disk and counted; as much is done again after a crash. Default 1 s.</summary>
    public TimeSpan SaveEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The same where they are uploaded to an S3 store, an object each time. Default 10 s.</summary>
    public TimeSpan SaveSegmentsEvery { get; set; } = TimeSpan.FromSeconds(10);
}
