namespace FeedbackService.Model.Inference;

/// <summary>Rules for <see cref="IClassifierRun.Keep"/> that every backend has.</summary>
public static class ClassifierRows
{
    /// <summary>Refuses rows that do not ascend or are none of the run's.</summary>
    /// <param name="rows">Indices into the active texts.</param>
    /// <param name="count">Active texts.</param>
    /// <exception cref="ArgumentException">They do not ascend within 0 … <paramref name="count"/> − 1.</exception>
    public static void RequireAscending(IReadOnlyList<int> rows, int count)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var previous = -1;
        foreach (var row in rows)
        {
            if (row <= previous || row >= count)
            {
                throw new ArgumentException($"Rows must ascend within 0 … {count - 1}; {row} comes after {previous}.", nameof(rows));
            }

            previous = row;
        }
    }
}
