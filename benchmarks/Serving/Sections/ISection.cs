namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>A question to the service, answered by measuring.</summary>
internal interface ISection
{
    /// <summary>Measures, and adds what it found.</summary>
    Task RunAsync(Report report);
}
