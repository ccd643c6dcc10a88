using System.Collections.Frozen;
using System.Reflection;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>All training options, read once from <see cref="TrainingOptions"/>; the start of everything generated from them.</summary>
public static class OptionCatalog
{
    private static readonly FrozenDictionary<string, OptionDefinition> ByName;

    static OptionCatalog()
    {
        All =
        [
            .. from section in typeof(TrainingOptions).GetProperties()
               from property in section.PropertyType.GetProperties()
               let attribute = property.GetCustomAttribute<TrainingOptionAttribute>()
               where attribute is not null
               select new OptionDefinition(section, property, attribute),
        ];
        ByName = All.ToFrozenDictionary(option => option.Name, StringComparer.Ordinal);
    }

    /// <summary>Every option, in the order of the tree.</summary>
    public static IReadOnlyList<OptionDefinition> All { get; }

    /// <summary>The options that an encoder family has for a method, in the order of the tree.</summary>
    public static IEnumerable<OptionDefinition> For(EncoderFamilies encoder, TrainingMethods method = TrainingMethods.Supervised) =>
        All.Where(option => option.AppliesTo(encoder) && option.AppliesTo(method));

    /// <summary>The option of that name, or null.</summary>
    public static OptionDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Decides every option: what was asked, else what the preset says, else the rule, else the default.</summary>
    /// <param name="preset">Where to start from.</param>
    /// <param name="asked">What the request gives.</param>
    /// <param name="facts">Size and kind of the data.</param>
    /// <param name="method">One method; options that it does not have stay at their defaults, and without labels there is no feedback to speak of.</param>
    /// <exception cref="InvalidOptionsException">Options do not fit together, or the registered base model fixes one of them at another value.</exception>
    public static TrainingOptions Resolve(Preset preset, OptionSet asked, DataFacts facts, TrainingMethods method = TrainingMethods.Supervised)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(facts);
        var decided = preset.DefaultsOf(method).Overlay(asked).Overlay(preset.Fixed);
        var options = method == TrainingMethods.Supervised ? new TrainingOptions() : new TrainingOptions { Feedback = new FeedbackOptions { Rounds = 0 } };
        var open = new List<OptionDefinition>();
        foreach (var option in All.Where(option => option.AppliesTo(method)))
        {
            if (decided.TryGet(option, out var value))
            {
                option.Set(options, value);
            }
            else if (option.Rule is not null)
            {
                open.Add(option);
            }
        }

        // eval_every counts steps, which hang on the split, the batch and the epochs: it comes when they are known.
        foreach (var option in open.OrderBy(option => option.Rule == AutoRules.EvaluationInterval))
        {
            option.Set(options, option.Rule!.Resolve(facts with { Method = method }, options));
        }

        // What presets recommend against overconfident probabilities would pull grades to the middle of their scale.
        var smoothing = ByName["label_smoothing"];
        if (options.Data.Head == HeadKind.Graded && !asked.TryGet(smoothing, out _))
        {
            smoothing.Set(options, 0.0);
        }

        // The rates of presets are those of whole encoders.
        var rate = ByName["learning_rate"];
        if (options.Adapter.UsualLearningRate is { } usual && !asked.TryGet(rate, out _))
        {
            rate.Set(options, usual);
        }

        OptionRules.Check(preset, asked, options, facts);
        return options;
    }

    internal static OptionDefinition Find(MemberInfo property) => All.Single(option => option.IsProperty(property));
}
