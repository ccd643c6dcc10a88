using System.Globalization;

namespace FeedbackService.ServingBenchmark;

/// <summary>A figure that was set as a goal, and what was measured.</summary>
/// <param name="What">In words.</param>
/// <param name="Wanted">Bound.</param>
/// <param name="Measured">Figure.</param>
/// <param name="Least">The bound is the least, else the most.</param>
internal sealed record Target(string What, double Wanted, double Measured, bool Least)
{
    /// <summary>It is kept.</summary>
    public bool Met => Least ? Measured >= Wanted : Measured <= Wanted;

    /// <summary>Row of a table.</summary>
    public string Row => string.Create(CultureInfo.InvariantCulture, $"| {What} | {(Least ? "≥" : "≤")} {Wanted:0.###} | {Measured:0.###} | {(Met ? "yes" : "**no**")} |");
}
