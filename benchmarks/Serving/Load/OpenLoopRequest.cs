namespace FeedbackService.ServingBenchmark.Load;

/// <summary>A request that came when it came.</summary>
/// <param name="Due">Seconds from the beginning until it was to be sent.</param>
/// <param name="Answered">Seconds from the beginning until its answer was there.</param>
/// <param name="Status">Of HTTP; 0 when the connection broke.</param>
/// <param name="SaysWhen">The answer has Retry-After.</param>
internal sealed record OpenLoopRequest(double Due, double Answered, int Status, bool SaysWhen);
