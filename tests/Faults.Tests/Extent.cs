namespace FeedbackService.Faults.Tests;

/// <summary>
/// How much a run tries: a little with every change, much by <c>eng/faults.sh</c>, which sets <c>FEEDBACKSERVICE_FAULTS=long</c>. The seed is printed with
/// every failure; <c>FEEDBACKSERVICE_FAULTS_SEED</c> repeats a run.
/// </summary>
internal static class Extent
{
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("FEEDBACKSERVICE_FAULTS") == "long";

    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("FEEDBACKSERVICE_FAULTS_SEED"), out var seed) ? seed : 20261129;

    /// <summary>One number for the short run, another for the long one.</summary>
    public static int Of(int brief, int full) => IsLong ? full : brief;
}
