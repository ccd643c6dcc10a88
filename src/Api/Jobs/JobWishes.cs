using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Jobs;

/// <summary>What whoever makes a job may wish: its priority, and the device of the worker that takes it.</summary>
/// <param name="Priority">Higher runs first.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda</c>; null: any will do.</param>
internal readonly record struct JobWishes(int Priority, string? Device)
{
    /// <summary>Any device.</summary>
    public const string Auto = "auto";

    /// <summary>A worker that computes on the CPU.</summary>
    public const string Cpu = "cpu";

    /// <summary>A worker with a GPU that works.</summary>
    public const string Cuda = "cuda";

    /// <summary>Highest priority; the lowest is its opposite.</summary>
    public const int Highest = 100;

    /// <summary>Reads them from a request.</summary>
    /// <param name="priority">-100 to 100; null: 0.</param>
    /// <param name="device"><c>auto</c>, <c>cpu</c> or <c>cuda</c>; null: auto.</param>
    /// <exception cref="ServiceException">400 naming the field.</exception>
    public static JobWishes Of(int? priority, string? device)
    {
        if (priority is < -Highest or > Highest)
        {
            throw ServiceException.Invalid("invalid_value", $"'priority' must be {-Highest} to {Highest}.", "priority");
        }
        return device is null or Auto or Cpu or Cuda
            ? new JobWishes(priority ?? 0, device is Cpu or Cuda ? device : null)
            : throw ServiceException.Invalid("invalid_value", $"'device' must be \"{Auto}\", \"{Cpu}\" or \"{Cuda}\".", "device");
    }

    /// <summary>A stored device as users write it.</summary>
    public static string DeviceWord(string? device) => device ?? Auto;
}
