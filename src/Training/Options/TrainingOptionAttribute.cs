using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>
/// All that is to be said of one training option: its property gives type, name and default, this attribute the rest.
/// Validation, JSON Schema, effective values, search ranges and forms are generated from the two.
/// </summary>
/// <param name="description">What the option does, with its unit; one or two sentences for users.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TrainingOptionAttribute(string description) : Attribute
{
    /// <summary>What the option does, with its unit.</summary>
    public string Description { get; } = description;

    /// <summary>Name on the wire; null for the property's name in snake case.</summary>
    public string? Name { get; set; }

    /// <summary>Smallest value; NaN for none.</summary>
    public double Minimum { get; set; } = double.NaN;

    /// <summary>Largest value; NaN for none.</summary>
    public double Maximum { get; set; } = double.NaN;

    /// <summary><see cref="Minimum"/> itself is not allowed.</summary>
    public bool ExclusiveMinimum { get; set; }

    /// <summary><see cref="Maximum"/> itself is not allowed.</summary>
    public bool ExclusiveMaximum { get; set; }

    /// <summary>Name of the rule in <see cref="AutoRules"/> that decides where neither request nor preset does; null: the property's default.</summary>
    public string? Auto { get; set; }

    /// <summary>Encoder families that have this option. Default all.</summary>
    public EncoderFamilies Encoders { get; set; } = EncoderFamilies.All;

    /// <summary>Methods that have this option. Default all.</summary>
    public TrainingMethods Methods { get; set; } = TrainingMethods.All;

    /// <summary>The option shapes the model or its input, so a registered base model fixes it.</summary>
    public bool ShapesModel { get; set; }

    /// <summary>Lower end of the range worth searching; NaN when the option is not worth searching.</summary>
    public double SearchLow { get; set; } = double.NaN;

    /// <summary>Upper end of the range worth searching.</summary>
    public double SearchHigh { get; set; } = double.NaN;

    /// <summary>Search the logarithm, not the value.</summary>
    public bool SearchLogarithmic { get; set; }

    /// <summary>All allowed values of an enumeration are worth searching.</summary>
    public bool SearchValues { get; set; }
}
