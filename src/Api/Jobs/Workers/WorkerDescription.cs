using FeedbackService.Api.Hosting;
using FeedbackService.Api.Storage.Entities;
using FeedbackService.Model.Inference;
using FeedbackService.Model.Numerics;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Api.Jobs.Workers;

/// <summary>What this process says of itself as a worker.</summary>
internal sealed class WorkerDescription(WorkerIdentity identity, Device device, IOptions<ServiceOptions> service)
{
    /// <summary>Among its abilities when it computes in bfloat16.</summary>
    public const string Bf16 = "bf16";

    /// <summary><c>cpu</c> or <c>cuda</c>: what its jobs are claimed for.</summary>
    public string DeviceKind => device.type == DeviceType.CUDA ? JobWishes.Cuda : JobWishes.Cpu;

    /// <summary>A row of it, without times.</summary>
    /// <param name="queues">Queues it takes jobs from.</param>
    public WorkerRow ToRow(IEnumerable<string> queues)
    {
        var gpu = device.type == DeviceType.CUDA ? GpuFacts.Read(Math.Max(0, device.index)) : null;
        return new WorkerRow
        {
            Id = identity.Owner,
            Machine = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            Version = ServiceVersion.Text,
            Device = device.type == DeviceType.CUDA ? $"{JobWishes.Cuda}:{Math.Max(0, device.index)}" : JobWishes.Cpu,
            DeviceName = gpu?.Name,
            DeviceMemoryBytes = gpu?.MemoryBytes,
            Cores = Math.Max(1, Environment.ProcessorCount - service.Value.ServingCores),
            // In a container its limit, else the machine's memory.
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Queues = string.Join(' ', queues),
            Capabilities = TorchRuntime.Computes(device, ComputePrecision.Bfloat16) ? $"{DeviceKind} {Bf16}" : DeviceKind,
        };
    }
}
