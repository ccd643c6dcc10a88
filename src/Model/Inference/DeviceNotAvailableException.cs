namespace FeedbackService.Model.Inference;

/// <summary>A device that was asked for is not a device, or not in this machine.</summary>
public sealed class DeviceNotAvailableException : Exception
{
    /// <summary>Makes the exception with a sentence that says what to do.</summary>
    public DeviceNotAvailableException(string message)
        : base(message)
    {
    }
}
