namespace FeedbackService.ServingBenchmark.Contestants;

/// <summary>All texts classified once.</summary>
/// <param name="TextsPerSecond">How fast.</param>
/// <param name="ServerCpu">CPU time of the process that classifies.</param>
/// <param name="ClientCpu">CPU time of the process that asks; zero where they are the same.</param>
/// <param name="Refused">Answers of 429, asked again later.</param>
/// <param name="Failures">Other answers but 200; "none" where there was none.</param>
internal sealed record Pass(double TextsPerSecond, TimeSpan ServerCpu, TimeSpan ClientCpu, int Refused, string Failures)
{
    /// <summary>What nothing but 200 and 429 leaves in <see cref="Failures"/>.</summary>
    public const string NoFailures = "none";
}
