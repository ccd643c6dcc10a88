namespace FeedbackService.TracingCost;

/// <summary>One stretch of load.</summary>
/// <param name="PerSecond">Requests answered per second.</param>
/// <param name="CpuMicroseconds">CPU time of the service per request; other work on the machine touches it less than it does the rate.</param>
internal sealed record Block(double PerSecond, double CpuMicroseconds);
