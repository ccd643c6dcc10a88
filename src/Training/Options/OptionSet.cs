using System.Collections.Immutable;
using System.Linq.Expressions;

namespace FeedbackService.Training.Options;

/// <summary>Some options with their values, the rest left open: what a request gives, or a preset decides.</summary>
public sealed class OptionSet
{
    private readonly ImmutableSortedDictionary<string, object> _values;

    private OptionSet(ImmutableSortedDictionary<string, object> values) => _values = values;

    /// <summary>Everything left open.</summary>
    public static OptionSet Empty { get; } = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    /// <summary>Names of the options with a value.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Adds or replaces a value.</summary>
    /// <param name="option">Path in the tree, such as <c>o =&gt; o.Schedule.Epochs</c>.</param>
    /// <param name="value">The value; limits are checked when the set is resolved.</param>
    public OptionSet With<T>(Expression<Func<TrainingOptions, T>> option, T value)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(option);
        return With(OptionCatalog.Find(((MemberExpression)option.Body).Member), value);
    }

    /// <summary>The values of both; <paramref name="stronger"/> wins where both have one.</summary>
    public OptionSet Overlay(OptionSet stronger)
    {
        ArgumentNullException.ThrowIfNull(stronger);
        return new OptionSet(_values.SetItems(stronger._values));
    }

    /// <summary>The value of an option, if it has one here.</summary>
    public bool TryGet(OptionDefinition option, out object value)
    {
        ArgumentNullException.ThrowIfNull(option);
        var found = _values.TryGetValue(option.Name, out var stored);
        value = stored!;
        return found;
    }

    internal OptionSet With(OptionDefinition option, object value) => new(_values.SetItem(option.Name, value));
}
