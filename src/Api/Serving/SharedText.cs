namespace FeedbackService.Api.Serving;

/// <summary>One text under way, and how many places of requests wait for it.</summary>
internal sealed class SharedText(TextKey key, InferenceItem item)
{
    /// <summary>What it is found by.</summary>
    public TextKey Key { get; } = key;

    /// <summary>Its way through the inference thread.</summary>
    public InferenceItem Item { get; } = item;

    /// <summary>Places that wait. Belongs to <see cref="SharedTexts"/> and its lock.</summary>
    public int Waiting { get; set; }
}
