namespace FeedbackService.Api.Serving;

/// <summary>How fast a model has lately read. Batches count by their tokens, so that single texts, which use a device badly, hardly do.</summary>
internal sealed class ModelSpeed
{
    // What a batch still counts for when the next one comes: the last ten or so decide.
    private const double Kept = 0.9;

    private double _tokens;
    private double _seconds;

    /// <summary>Tokens per second; 0 before the first batch.</summary>
    public double TokensPerSecond => _seconds > 0 ? _tokens / _seconds : 0;

    /// <summary>Counts a batch.</summary>
    public void Add(long tokens, TimeSpan elapsed) =>
        (_tokens, _seconds) = ((Kept * _tokens) + tokens, (Kept * _seconds) + elapsed.TotalSeconds);
}
