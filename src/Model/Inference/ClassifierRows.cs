namespace FeedbackService.Model.Inference;

/// <summary>What every backend does with the rows of <see cref="IClassifierRun.Keep"/>: computed texts come first in a run, then those that have joined since.</summary>
public static class ClassifierRows
{
    /// <summary>Tells rows of computed texts from rows of those that have joined.</summary>
    /// <param name="rows">Indices into the active texts.</param>
    /// <param name="computed">Computed texts.</param>
    /// <param name="active">All active texts.</param>
    /// <returns>Indices into the computed texts, and into those that have joined.</returns>
    /// <exception cref="ArgumentException">They do not ascend within 0 … <paramref name="active"/> − 1.</exception>
    public static (int[] Computed, int[] Joining) Split(IReadOnlyList<int> rows, int computed, int active)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var previous = -1;
        foreach (var row in rows)
        {
            if (row <= previous || row >= active)
            {
                throw new ArgumentException($"Rows must ascend within 0 … {active - 1}; {row} comes after {previous}.", nameof(rows));
            }

            previous = row;
        }

        return ([.. rows.TakeWhile(row => row < computed)], [.. rows.SkipWhile(row => row < computed).Select(row => row - computed)]);
    }
}
