namespace FeedbackService.Model.Checkpoints;

/// <summary>The tensors of a file are not those of the module (rule 15). Lists every difference.</summary>
public sealed class StateDictMismatchException : Exception
{
    /// <summary>Makes the exception from all differences.</summary>
    public StateDictMismatchException(IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> mismatched)
        : base("The weights do not fit the model." + Part("Missing", missing) + Part("Unexpected", unexpected) + Part("Different", mismatched))
    {
        Missing = missing;
        Unexpected = unexpected;
        Mismatched = mismatched;
    }

    /// <summary>Names the module has and the file has not.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names the file has and the module has not.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Names of both whose shape or dtype differs, with both descriptions.</summary>
    public IReadOnlyList<string> Mismatched { get; }

    private static string Part(string title, IReadOnlyList<string> names) =>
        names.Count == 0 ? "" : $" {title} ({names.Count}): {string.Join("; ", names)}.";
}
