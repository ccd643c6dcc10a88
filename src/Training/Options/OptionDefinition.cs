using System.Reflection;
using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>One option as read from the tree: its place, name, type, default and limits.</summary>
public sealed class OptionDefinition
{
    private readonly PropertyInfo _section;
    private readonly PropertyInfo _property;

    internal OptionDefinition(PropertyInfo section, PropertyInfo property, TrainingOptionAttribute attribute)
    {
        _section = section;
        _property = property;
        Attribute = attribute;
        Name = attribute.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        Section = JsonNamingPolicy.SnakeCaseLower.ConvertName(section.Name);
        Default = Get(new TrainingOptions());
        Rule = attribute.Auto is null ? null : (AutoRule)typeof(AutoRules).GetProperty(attribute.Auto)!.GetValue(null)!;
        Values = property.PropertyType.IsEnum && property.PropertyType != typeof(AdapterTargets)
            ? [.. Enum.GetNames(property.PropertyType).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)]
            : null;
    }

    /// <summary>Name on the wire.</summary>
    public string Name { get; }

    /// <summary>The part of the tree it belongs to, in snake case: schedule, optimizer, ….</summary>
    public string Section { get; }

    /// <summary>Type of the value: int, double, bool, an enumeration, <see cref="AdapterTargets"/> or <see cref="ClassWeights"/>.</summary>
    public Type Type => _property.PropertyType;

    /// <summary>Value when neither request, preset nor rule decides.</summary>
    public object Default { get; }

    /// <summary>Rule that decides where neither request nor preset does; null: <see cref="Default"/>.</summary>
    public AutoRule? Rule { get; }

    /// <summary>Wire values of an enumeration, else null.</summary>
    public IReadOnlyList<string>? Values { get; }

    /// <summary>Description and limits.</summary>
    public TrainingOptionAttribute Attribute { get; }

    /// <summary>Values worth searching; null when the option is not worth it.</summary>
    public SearchRange? Search => Attribute switch
    {
        { SearchValues: true } => new SearchRange(null, null, false, false, Values),
        { SearchLow: var low, SearchHigh: var high } when !double.IsNaN(low) => new SearchRange(low, high, Attribute.SearchLogarithmic, Type == typeof(int), null),
        _ => null,
    };

    /// <summary>The option exists for these encoders.</summary>
    public bool AppliesTo(EncoderFamilies families) => (Attribute.Encoders & families) != 0;

    /// <summary>The option exists for this method.</summary>
    public bool AppliesTo(TrainingMethods method) => (Attribute.Methods & method) != 0;

    /// <summary>The option's value in <paramref name="options"/>.</summary>
    public object Get(TrainingOptions options) => _property.GetValue(_section.GetValue(options))!;

    /// <summary>Sets the value in a tree that nobody else holds yet.</summary>
    internal void Set(TrainingOptions options, object value) => _property.SetValue(_section.GetValue(options), value);

    /// <summary>This is the property that an expression like <c>o =&gt; o.Schedule.Epochs</c> ends in.</summary>
    internal bool IsProperty(MemberInfo member) => member == _property || (member.DeclaringType == _property.DeclaringType && member.Name == _property.Name);
}
