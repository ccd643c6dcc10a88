using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>Options on the wire: one flat object of snake-case keys.</summary>
public static class OptionJson
{
    /// <summary>The word that leaves an option to preset and rules.</summary>
    public const string Auto = "auto";

    private delegate object Reading(OptionDefinition option, JsonElement value);

    /// <summary>Reads and checks what a request gives. <c>"auto"</c> and null leave an option open.</summary>
    /// <param name="json">An object, or undefined/null for no options.</param>
    /// <param name="encoder">Family of the preset or base model.</param>
    /// <param name="method">What the training does.</param>
    /// <param name="bound">What a registered base model fixes, perhaps beyond the limits of a start from nothing: written just so it is left open, for it holds anyway.</param>
    /// <exception cref="InvalidOptionsException">Unknown keys, wrong types or values out of range; all of them at once.</exception>
    public static OptionSet Parse(JsonElement json, EncoderFamilies encoder, TrainingMethods method = TrainingMethods.Supervised, OptionSet? bound = null)
    {
        var set = OptionSet.Empty;
        if (json.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return set;
        }

        var errors = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors["hyperparameters"] = "Must be an object of option names and values.";
            throw new InvalidOptionsException(errors);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            var option = OptionCatalog.Find(member.Name);
            if (!seen.Add(member.Name))
            {
                errors[member.Name] = "Is given twice.";
            }
            else if (option is null)
            {
                errors[member.Name] = $"Is not a training option.{Suggest(member.Name)}";
            }
            else if (!option.AppliesTo(encoder))
            {
                errors[member.Name] = $"Does not apply to this model, only to: {option.Attribute.Encoders.ToString().ToLowerInvariant()}.";
            }
            else if (!option.AppliesTo(method))
            {
                errors[member.Name] = $"Has no meaning for {NameOf(method)}, only for {NameOf(option.Attribute.Methods)}.";
            }
            else if (!IsAuto(member.Value) && !IsBound(option, member.Value, bound))
            {
                try
                {
                    set = set.With(option, ReadingOf(option.Type)(option, member.Value));
                }
                catch (FormatException error)
                {
                    errors[member.Name] = error.Message;
                }
            }
        }

        return errors.Count == 0 ? set : throw new InvalidOptionsException(errors);
    }

    /// <summary>The name of a method.</summary>
    public static string NameOf(TrainingMethods method) => JsonNamingPolicy.SnakeCaseLower.ConvertName(method.ToString());

    /// <summary>The method of that name; null when there is none.</summary>
    public static TrainingMethods? MethodOf(string name) => NameOf(TrainingMethods.Supervised) == name ? TrainingMethods.Supervised
        : NameOf(TrainingMethods.MaskedLanguageModeling) == name ? TrainingMethods.MaskedLanguageModeling
        : null;

    /// <summary>The effective value of every option that a family has for a method, ready to be echoed; <see cref="Parse"/> accepts it.</summary>
    public static JsonObject Write(TrainingOptions options, EncoderFamilies encoder, TrainingMethods method = TrainingMethods.Supervised)
    {
        var json = new JsonObject();
        foreach (var option in OptionCatalog.For(encoder, method))
        {
            json[option.Name] = ToNode(option, option.Get(options));
        }

        return json;
    }

    /// <summary>The options of a set that a family has for a method.</summary>
    public static JsonObject Write(OptionSet set, EncoderFamilies encoder, TrainingMethods method = TrainingMethods.Supervised)
    {
        ArgumentNullException.ThrowIfNull(set);
        var json = new JsonObject();
        foreach (var option in OptionCatalog.For(encoder, method))
        {
            if (set.TryGet(option, out var value))
            {
                json[option.Name] = ToNode(option, value);
            }
        }

        return json;
    }

    internal static JsonNode ToNode(OptionDefinition option, object value) => value switch
    {
        int number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        bool flag => JsonValue.Create(flag),
        AdapterTargets targets => new JsonArray([.. AdapterTargetsConverter.NamesOf(targets).Select(name => (JsonNode?)JsonValue.Create(name))]),
        Enum member => JsonValue.Create(JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString())),
        ClassWeights { Given: { } given } => new JsonObject(given.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
        ClassWeights weights => JsonValue.Create(weights.Name),
        _ => throw new InvalidOperationException($"Option {option.Name} has a value of type {value.GetType()}, which has no form on the wire."),
    };

    private static bool IsAuto(JsonElement value) => value.ValueKind == JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.String && value.ValueEquals(Auto));

    private static bool IsBound(OptionDefinition option, JsonElement value, OptionSet? bound) =>
        bound is not null && bound.TryGet(option, out var held) && ToNode(option, held).ToJsonString() == value.GetRawText();

    private static Reading ReadingOf(Type type) => type switch
    {
        _ when type == typeof(int) => ReadInteger,
        _ when type == typeof(double) => static (option, value) => ReadNumber(option, value),
        _ when type == typeof(bool) => ReadFlag,
        _ when type == typeof(ClassWeights) => ReadClassWeights,
        _ when type == typeof(AdapterTargets) => ReadTargets,
        _ => ReadName,
    };

    private static double ReadNumber(OptionDefinition option, JsonElement value)
    {
        var limits = option.Attribute;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            throw new FormatException($"Must be a number or \"auto\", not {Shown(value)}.");
        }

        if (number < limits.Minimum || (limits.ExclusiveMinimum && number == limits.Minimum))
        {
            throw new FormatException($"Must be {(limits.ExclusiveMinimum ? "greater than" : "at least")} {Text(limits.Minimum)}, not {Text(number)}.");
        }

        if (number > limits.Maximum || (limits.ExclusiveMaximum && number == limits.Maximum))
        {
            throw new FormatException($"Must be {(limits.ExclusiveMaximum ? "less than" : "at most")} {Text(limits.Maximum)}, not {Text(number)}.");
        }

        return number;
    }

    private static object ReadInteger(OptionDefinition option, JsonElement value)
    {
        var number = ReadNumber(option, value);
        return number == Math.Floor(number) ? checked((int)number) : throw new FormatException($"Must be a whole number, not {Text(number)}.");
    }

    private static object ReadFlag(OptionDefinition option, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"Must be true, false or \"auto\", not {Shown(value)}."),
    };

    private static object ReadName(OptionDefinition option, JsonElement value)
    {
        var names = option.Values!;
        for (var i = 0; i < names.Count; i++)
        {
            if (value.ValueKind == JsonValueKind.String && value.ValueEquals(names[i]))
            {
                return Enum.GetValues(option.Type).GetValue(i)!;
            }
        }

        throw new FormatException($"Must be one of {string.Join(", ", names)} or auto, not {Shown(value)}.");
    }

    private static object ReadTargets(OptionDefinition option, JsonElement value)
    {
        var names = string.Join(", ", AdapterTargetsConverter.Names.Select(entry => entry.Name));
        var targets = AdapterTargets.None;
        foreach (var element in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new FormatException($"Must be an array of {names}, or auto, not {Shown(value)}."))
        {
            var target = AdapterTargetsConverter.Names.FirstOrDefault(entry => element.ValueKind == JsonValueKind.String && element.ValueEquals(entry.Name)).Target;
            targets |= target != AdapterTargets.None ? target : throw new FormatException($"May name {names}, not {Shown(element)}.");
        }

        return targets != AdapterTargets.None ? targets : throw new FormatException($"Must name at least one of {names}.");
    }

    private static object ReadClassWeights(OptionDefinition option, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            var weights = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var member in value.EnumerateObject())
            {
                if (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetDouble(out var weight) || !double.IsFinite(weight) || weight < 0)
                {
                    throw new FormatException($"The weight of label '{member.Name}' must be a number of 0 or more, not {Shown(member.Value)}.");
                }

                weights[member.Name] = weight;
            }

            return weights.Count > 0 ? ClassWeights.Of(weights) : throw new FormatException("Names no label; use \"none\" instead.");
        }

        return value.ValueKind != JsonValueKind.String ? throw NotWeights(value)
            : value.ValueEquals(ClassWeights.None.Name) ? ClassWeights.None
            : value.ValueEquals(ClassWeights.Balanced.Name) ? ClassWeights.Balanced
            : throw NotWeights(value);
    }

    private static FormatException NotWeights(JsonElement value) => new($"Must be none, balanced, auto or an object of labels and weights, not {Shown(value)}.");

    private static string Suggest(string name)
    {
        var close = OptionCatalog.All.Select(option => option.Name).FirstOrDefault(known => Same(known, name) || known.Contains(name, StringComparison.OrdinalIgnoreCase));
        return close is null ? string.Empty : $" Did you mean {close}?";
    }

    private static bool Same(string known, string name) =>
        string.Equals(known.Replace("_", string.Empty, StringComparison.Ordinal), name.Replace("_", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Shown(JsonElement value)
    {
        var raw = value.GetRawText();
        return raw.Length <= 40 ? raw : raw[..40] + "…";
    }
}
