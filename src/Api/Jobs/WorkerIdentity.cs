using System.Globalization;
using System.Security.Cryptography;

namespace FeedbackService.Api.Jobs;

/// <summary>Name of this process as holder of leases; never the same for two processes, not even with the same process id.</summary>
internal sealed record WorkerIdentity(string Owner)
{
    private const int RandomLength = 8;

    /// <summary>Names this process.</summary>
    public static WorkerIdentity Create() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.MachineName}:{Environment.ProcessId}:{RandomNumberGenerator.GetHexString(RandomLength, lowercase: true)}"));
}
