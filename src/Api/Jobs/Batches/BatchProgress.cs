using System.Text.Json;
using FeedbackService.Api.Hosting;

namespace FeedbackService.Api.Jobs.Batches;

/// <summary>
/// How far a batch has come: the <c>ProgressJson</c> of its row. It is written only after the bytes it counts are on disk, so whoever claims
/// the batch next goes on from <see cref="Offset"/> and takes from every part of the output no more than is counted here.
/// </summary>
internal sealed record BatchProgress
{
    /// <summary>When the file had been looked through, UTC microseconds; null when it was refused.</summary>
    public long? InProgressAt { get; init; }

    /// <summary>When the last line was answered, UTC microseconds; null until then.</summary>
    public long? FinalizingAt { get; init; }

    /// <summary>Lines of the file that are not blank.</summary>
    public int Total { get; init; }

    /// <summary>Lines answered.</summary>
    public int Completed { get; init; }

    /// <summary>Lines refused.</summary>
    public int Failed { get; init; }

    /// <summary>Tokens read.</summary>
    public long Tokens { get; init; }

    /// <summary>Model addresses of the file and what they meant when the batch began.</summary>
    public IReadOnlyDictionary<string, BatchModel> Models { get; init; } = new Dictionary<string, BatchModel>();

    /// <summary>Where the next line of the input begins, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>Lines of the input before <see cref="Offset"/>, blank ones included.</summary>
    public long Line { get; init; }

    /// <summary>What each claim has written, in order.</summary>
    public IReadOnlyList<BatchPart> Parts { get; init; } = [];

    /// <summary>File of the answers; null when there are none or the batch has not ended.</summary>
    public string? OutputFile { get; init; }

    /// <summary>File of the refusals; null when there are none or the batch has not ended.</summary>
    public string? ErrorFile { get; init; }

    /// <summary>Why the file as a whole cannot be used.</summary>
    public IReadOnlyList<BatchFault> Faults { get; init; } = [];

    /// <summary>As it is stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>From what is stored; null before anything was.</summary>
    public static BatchProgress? FromJson(string? json) => json is null ? null : JsonSerializer.Deserialize<BatchProgress>(json, ApiJson.Options);
}
