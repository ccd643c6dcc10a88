using FeedbackService.Api.Jobs.Workers;
using FeedbackService.Api.Storage;

namespace FeedbackService.Api.Features.Workers;

/// <summary>A process that takes jobs.</summary>
public sealed record WorkerObject
{
    /// <summary>Its name as holder of leases, new with every start.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>worker</c>.</summary>
    public string Object => "worker";

    /// <summary>Name of the machine or of the container.</summary>
    public required string Machine { get; init; }

    /// <summary>Process id there.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Version of the service.</summary>
    public required string Version { get; init; }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Name of the GPU; null on a CPU, or when nothing tells it.</summary>
    public required string? DeviceName { get; init; }

    /// <summary>Cores that trainings may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory of the machine, or the limit of the container.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Memory of the GPU; null on a CPU, or when nothing tells it.</summary>
    public required long? DeviceMemoryBytes { get; init; }

    /// <summary>Queues it takes jobs from.</summary>
    public required IReadOnlyList<string> Queues { get; init; }

    /// <summary>What it has: cpu or cuda, and bf16 where it computes that.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>alive; draining: it finishes what it has; lost: not heard of for three heartbeats.</summary>
    public required string Status { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it was last heard of.</summary>
    public required DateTimeOffset HeartbeatAt { get; init; }

    /// <summary>Ids of the jobs it works on.</summary>
    public required IReadOnlyList<string> Jobs { get; init; }

    internal static WorkerObject From(ListedWorker worker) => new()
    {
        Id = worker.Row.Id,
        Machine = worker.Row.Machine,
        ProcessId = worker.Row.ProcessId,
        Version = worker.Row.Version,
        Device = worker.Row.Device,
        DeviceName = worker.Row.DeviceName,
        Cores = worker.Row.Cores,
        MemoryBytes = worker.Row.MemoryBytes,
        DeviceMemoryBytes = worker.Row.DeviceMemoryBytes,
        Queues = worker.Row.Queues.Split(' '),
        Capabilities = worker.Row.Capabilities.Split(' '),
        Status = worker.Status.ToString().ToLowerInvariant(),
        StartedAt = Timestamps.ToDateTimeOffset(worker.Row.StartedAt),
        HeartbeatAt = Timestamps.ToDateTimeOffset(worker.Row.HeartbeatAt),
        Jobs = worker.Jobs,
    };
}
