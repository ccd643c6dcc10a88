namespace FeedbackService.Api.Storage.Entities;

/// <summary>A process that takes jobs, as it has introduced itself. It is there as long as its heartbeat is young.</summary>
public sealed class WorkerRow
{
    /// <summary>Its name as holder of leases.</summary>
    public string Id { get; set; } = "";

    /// <summary>Name of the machine.</summary>
    public string Machine { get; set; } = "";

    /// <summary>Process id there.</summary>
    public int ProcessId { get; set; }

    /// <summary>Version of the program.</summary>
    public string Version { get; set; } = "";

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; set; } = "";

    /// <summary>Name of the GPU; null on a CPU.</summary>
    public string? DeviceName { get; set; }

    /// <summary>Cores that trainings may use.</summary>
    public int Cores { get; set; }

    /// <summary>Memory of the machine or of the container, bytes.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>Memory of the GPU, bytes; null when it has none or does not say.</summary>
    public long? DeviceMemoryBytes { get; set; }

    /// <summary>Queues it takes jobs from, separated by spaces.</summary>
    public string Queues { get; set; } = "";

    /// <summary>What it can do beyond that, such as <c>cpu</c>, <c>cuda</c>, <c>bf16</c>; separated by spaces.</summary>
    public string Capabilities { get; set; } = "";

    /// <summary>It finishes what it has and takes nothing more.</summary>
    public bool Draining { get; set; }

    /// <summary>When it came, UTC microseconds.</summary>
    public long StartedAt { get; set; }

    /// <summary>When it was last heard of, UTC microseconds by the clock of the database.</summary>
    public long HeartbeatAt { get; set; }
}
