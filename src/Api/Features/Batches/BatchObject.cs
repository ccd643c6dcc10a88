using System.Text.Json;
using FeedbackService.Api.Jobs;
using FeedbackService.Api.Jobs.Batches;
using FeedbackService.Api.Storage;
using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Features.Batches;

/// <summary>A batch, in the shape of OpenAI's API.</summary>
public sealed record BatchObject
{
    /// <summary><c>batch_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>batch</c>.</summary>
    public string Object => "batch";

    /// <summary>Route that every line asks.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The version that answers, when all lines name the same; else null.</summary>
    public required string? Model { get; init; }

    /// <summary>Why the batch failed as a whole; null unless it did. Lines that are refused are in the error file.</summary>
    public required BatchErrorList? Errors { get; init; }

    /// <summary>Id of the file of requests.</summary>
    public required string InputFileId { get; init; }

    /// <summary>Always <c>24h</c>, in which nothing is given up.</summary>
    public string CompletionWindow => "24h";

    /// <summary>validating, in_progress, finalizing, completed, failed, cancelling or cancelled.</summary>
    public required string Status { get; init; }

    /// <summary>Id of the file of answers, in the order of the input; null until the batch has ended, or when no line was answered.</summary>
    public required string? OutputFileId { get; init; }

    /// <summary>Id of the file of refusals, each with its line; null until the batch has ended, or when no line was refused.</summary>
    public required string? ErrorFileId { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>Unix seconds; when the file had been looked through.</summary>
    public required long? InProgressAt { get; init; }

    /// <summary>Batches do not expire.</summary>
    public long? ExpiresAt => null;

    /// <summary>Unix seconds; when the last line was answered.</summary>
    public required long? FinalizingAt { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long? CompletedAt { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long? FailedAt { get; init; }

    /// <summary>Batches do not expire.</summary>
    public long? ExpiredAt => null;

    /// <summary>Unix seconds; when cancellation was requested.</summary>
    public required long? CancellingAt { get; init; }

    /// <summary>Unix seconds.</summary>
    public required long? CancelledAt { get; init; }

    /// <summary>How far it has come.</summary>
    public required BatchCounts RequestCounts { get; init; }

    /// <summary>What was read; null until the file had been looked through.</summary>
    public required BatchUsage? Usage { get; init; }

    /// <summary>Batches of higher priority run first.</summary>
    public required int Priority { get; init; }

    /// <summary>Which workers may take it: auto, cpu or cuda.</summary>
    public required string Device { get; init; }

    /// <summary>Pairs of the caller.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    internal static BatchObject From(JobRow row)
    {
        var spec = BatchSpec.FromJson(row.SpecJson);
        var progress = BatchProgress.FromJson(row.ProgressJson) ?? new BatchProgress();
        var ended = row.FinishedAt is not null;
        return new BatchObject
        {
            Id = row.Id,
            Endpoint = spec.Endpoint,
            Model = progress.Models.Count == 1 ? progress.Models.Values.Single().Address : null,
            Errors = row.State == JobState.Failed ? ErrorsOf(row, progress) : null,
            InputFileId = spec.InputFile,
            Status = StatusOf(row, progress),
            OutputFileId = ended ? progress.OutputFile : null,
            ErrorFileId = ended ? progress.ErrorFile : null,
            CreatedAt = Timestamps.ToUnixSeconds(row.CreatedAt),
            InProgressAt = Seconds(progress.InProgressAt),
            FinalizingAt = Seconds(progress.FinalizingAt),
            CompletedAt = Seconds(row.State == JobState.Succeeded ? row.FinishedAt : null),
            FailedAt = Seconds(row.State == JobState.Failed ? row.FinishedAt : null),
            CancellingAt = Seconds(row.CancelRequestedAt),
            CancelledAt = Seconds(row.State == JobState.Cancelled ? row.FinishedAt : null),
            RequestCounts = new BatchCounts(progress.Total, progress.Completed, progress.Failed),
            Usage = progress.InProgressAt is null ? null : new BatchUsage(progress.Tokens),
            Priority = row.Priority,
            Device = JobWishes.DeviceWord(row.Device),
            Metadata = JsonSerializer.Deserialize<Dictionary<string, string>>(row.MetadataJson) ?? [],
        };
    }

    private static string StatusOf(JobRow row, BatchProgress progress) => row switch
    {
        { State: JobState.Succeeded } => "completed",
        { State: JobState.Failed } => "failed",
        { State: JobState.Cancelled } => "cancelled",
        { CancelRequested: true } => "cancelling",
        _ when progress.FinalizingAt is not null => "finalizing",
        _ when progress.InProgressAt is not null => "in_progress",
        _ => "validating",
    };

    private static BatchErrorList ErrorsOf(JobRow row, BatchProgress progress) => new(progress.Faults.Count > 0
        ? [.. progress.Faults.Select(fault => new BatchError(fault.Code, fault.Message, fault.Param, fault.Line))]
        : [new BatchError(row.ErrorCode ?? "internal_error", row.ErrorMessage ?? string.Empty, row.ErrorParam, null)]);

    private static long? Seconds(long? microseconds) => microseconds is { } time ? Timestamps.ToUnixSeconds(time) : null;
}
