namespace FeedbackService.ServingBenchmark.Contestants;

/// <summary>One way to have texts classified.</summary>
internal interface IContestant
{
    /// <summary>What it is, for a table.</summary>
    string Name { get; }

    /// <summary>Classifies the first texts, so that it is warm and its answers can be compared.</summary>
    /// <returns>Their labels.</returns>
    Task<IReadOnlyList<string>> LabelsAsync(int count);

    /// <summary>Classifies all texts, tokenization included, as fast as it can.</summary>
    Task<Pass> RunAsync();
}
