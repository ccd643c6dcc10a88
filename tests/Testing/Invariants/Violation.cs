namespace FeedbackService.Testing.Invariants;

/// <summary>Something that must never be, and is.</summary>
/// <param name="Invariant">I1 to I6.</param>
/// <param name="Subject">What it is about: a job, a version, a path.</param>
/// <param name="What">What is wrong.</param>
public sealed record Violation(string Invariant, string Subject, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Invariant} {Subject}: {What}";
}
