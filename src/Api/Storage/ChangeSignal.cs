namespace FeedbackService.Api.Storage;

/// <summary>Tells within this process that something of a topic was changed, by whichever process.</summary>
internal sealed class ChangeSignal
{
    /// <summary>Raised after the commit, on whatever thread; handlers must be quick.</summary>
    public event Action<WriteTopic>? Changed;

    /// <summary>Something was changed.</summary>
    public void Raise(WriteTopic topic) => Changed?.Invoke(topic);
}
