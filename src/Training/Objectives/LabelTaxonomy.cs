namespace FeedbackService.Training.Objectives;

/// <summary>The tree that labels span when they are paths: <c>a/b/c</c> stands below <c>a/b</c>, and that below <c>a</c>.</summary>
/// <remarks>
/// Round k of a classifier is taught level min(D, k + max(1, D − K)) of a tree of depth D (Zamir et al. 2017, "Feedback
/// Networks", arXiv:1612.09508, where early iterations are taught coarse classes). With K + 1 ≥ D that is
/// min(k + 1, D): from the coarsest level down, the rounds left over the whole label. With fewer rounds the coarsest levels are
/// left out, and round k is taught level D − (K − k). Either way the last round is taught the whole label.
/// </remarks>
public sealed class LabelTaxonomy
{
    private const char Separator = '/';

    private readonly string[][] _paths;

    /// <summary>Reads the tree off the labels.</summary>
    /// <param name="labels">Names in the order of the logits. Paths may differ in length: a shorter one stays itself on deeper levels.</param>
    /// <exception cref="ArgumentException">See <see cref="FaultOf"/>.</exception>
    public LabelTaxonomy(IReadOnlyList<string> labels)
    {
        if (FaultOf(labels) is { } fault)
        {
            throw new ArgumentException(fault, nameof(labels));
        }

        _paths = [.. labels.Select(label => label.Split(Separator))];
        Depth = _paths.Max(path => path.Length);
    }

    /// <summary>Parts of the longest label, D; at least 2.</summary>
    public int Depth { get; }

    /// <summary>Why labels span no tree, as one sentence; null when they do: every label has two parts or more, none of them empty.</summary>
    public static string? FaultOf(IEnumerable<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var odd = labels.FirstOrDefault(label => label.Split(Separator) is not [_, _, ..] parts || parts.Any(string.IsNullOrWhiteSpace));
        return odd is null ? null : $"Label '{odd}' is no path; every label must have two parts or more with {Separator} between them, such as sport{Separator}football.";
    }

    /// <summary>The level that each of rounds 0 … <paramref name="rounds"/> is taught, 1 (coarsest) … <see cref="Depth"/> (whole labels).</summary>
    /// <param name="rounds">Feedback rounds K, 0 or more.</param>
    public IReadOnlyList<int> LevelsOf(int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        return [.. Enumerable.Range(0, rounds + 1).Select(round => Math.Min(Depth, round + Math.Max(1, Depth - rounds)))];
    }

    /// <summary>The node that each label belongs to on a level: labels with the same first parts share one.</summary>
    /// <param name="level">Number of parts that count, 1 … <see cref="Depth"/>.</param>
    /// <returns>A node per label, numbered from 0 by first appearance.</returns>
    public int[] NodesOf(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, Depth);
        var nodes = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. _paths.Select(path =>
        {
            var node = string.Join(Separator, path.Take(level));
            nodes.TryAdd(node, nodes.Count);
            return nodes[node];
        })];
    }
}
