namespace FeedbackService.Api.Features.FineTuning;

/// <summary>A range of time.</summary>
/// <param name="Low">When all goes well.</param>
/// <param name="High">When the machine is busy.</param>
public sealed record SecondsRange(double Low, double High);
