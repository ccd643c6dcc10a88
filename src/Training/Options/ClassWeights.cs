using System.Collections.Frozen;

namespace FeedbackService.Training.Options;

/// <summary>Weight of each label in the loss: none, balanced, or given per label.</summary>
public sealed record ClassWeights
{
    private ClassWeights(string name, IReadOnlyDictionary<string, double>? given = null)
    {
        Name = name;
        Given = given;
    }

    /// <summary>Every label weighs 1.</summary>
    public static ClassWeights None { get; } = new("none");

    /// <summary>A label weighs n / (L · n_label): rare labels count as much as frequent ones.</summary>
    public static ClassWeights Balanced { get; } = new("balanced");

    /// <summary>Wire name: none, balanced or given.</summary>
    public string Name { get; }

    /// <summary>Weight per label, when given; labels left out weigh 1.</summary>
    public IReadOnlyDictionary<string, double>? Given { get; }

    /// <summary>Given weights.</summary>
    /// <exception cref="ArgumentException">A weight is negative or not finite.</exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var (label, weight) in weights)
        {
            if (!double.IsFinite(weight) || weight < 0)
            {
                throw new ArgumentException($"The weight of label '{label}' is {weight}; it must be 0 or more.", nameof(weights));
            }
        }

        return new ClassWeights("given", weights.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Weights in label order, or null when all are 1.</summary>
    /// <param name="labels">Label names in the order of the logits.</param>
    /// <param name="counts">Training texts per label, in the same order.</param>
    public double[]? Resolve(IReadOnlyList<string> labels, IReadOnlyList<int> counts)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(counts);
        if (Given is not null)
        {
            return [.. labels.Select(label => Given.GetValueOrDefault(label, 1))];
        }

        var total = (double)counts.Sum();
        return ReferenceEquals(this, Balanced)
            ? [.. counts.Select(count => count == 0 ? 0 : total / (labels.Count * count))]
            : null;
    }

    /// <summary>Equal when named the same and, if given, with the same weights.</summary>
    public bool Equals(ClassWeights? other) => other is not null && Name == other.Name
        && (Given is null || (Given.Count == other.Given!.Count && Given.All(pair => other.Given.TryGetValue(pair.Key, out var weight) && weight == pair.Value)));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Given?.Count);
}
