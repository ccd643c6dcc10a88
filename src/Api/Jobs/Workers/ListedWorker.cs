using FeedbackService.Api.Storage.Entities;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>A worker as it stands.</summary>
/// <param name="Row">What it has said of itself.</param>
/// <param name="Status">How it is.</param>
/// <param name="Jobs">Ids of the jobs it holds leases of.</param>
internal sealed record ListedWorker(WorkerRow Row, WorkerStatus Status, IReadOnlyList<string> Jobs);
