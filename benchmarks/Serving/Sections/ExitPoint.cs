using System.Globalization;

namespace FeedbackService.ServingBenchmark.Sections;

/// <summary>What a threshold costs and brings on the test part.</summary>
/// <param name="Threshold">Probability at which a text is done; null: all rounds.</param>
/// <param name="Changed">Share of the texts held out from training that are answered otherwise than by all rounds.</param>
/// <param name="Test">Accuracy on the test part.</param>
/// <param name="MeanRounds">Feedback rounds a text takes there.</param>
/// <param name="Cost">Time of the model over that of the plain one, measured one after the other.</param>
internal sealed record ExitPoint(double? Threshold, double Changed, double Test, double MeanRounds, double Cost)
{
    /// <summary>Threshold as text.</summary>
    public string Name => Threshold?.ToString("0.####", CultureInfo.InvariantCulture) ?? "all rounds";

    /// <summary>Row of a table.</summary>
    public string Row => string.Create(CultureInfo.InvariantCulture, $"| {Name} | {Changed:P2} | {Test:P2} | {MeanRounds:F3} | {Cost:F2} |");
}
