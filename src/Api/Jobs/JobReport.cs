using FeedbackService.Api.Events;
using FeedbackService.Api.Files;

namespace FeedbackService.Api.Jobs;

/// <summary>News of a running job, written together.</summary>
internal sealed record JobReport
{
    /// <summary>Newest progress, replaces the last one; null leaves it.</summary>
    public string? ProgressJson { get; init; }

    /// <summary>Whether the progress is one that the next claim goes on from; then the count of attempts starts anew.</summary>
    public bool IsProgress { get; init; }

    /// <summary>Resolved addresses of versions and checkpoints that the job reads from now on: none of them is deleted before it has ended.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>Enters a file that the job has made; null: none.</summary>
    public FileEntry? Enter { get; init; }

    /// <summary>Points to append to the series.</summary>
    public IReadOnlyList<JobMetric> Metrics { get; init; } = [];

    /// <summary>Lines to append to the log.</summary>
    public IReadOnlyList<JobEvent> Events { get; init; } = [];
}
