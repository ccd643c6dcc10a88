namespace FeedbackService.ServingBenchmark.Load;

/// <summary>What came back.</summary>
/// <param name="Status">Of HTTP; 0 when the connection broke or nothing came.</param>
/// <param name="Body">All of it; of a connection that broke, why.</param>
/// <param name="RetryAfter">When to ask again; null when nothing is said.</param>
internal readonly record struct Answer(int Status, byte[] Body, TimeSpan? RetryAfter);
