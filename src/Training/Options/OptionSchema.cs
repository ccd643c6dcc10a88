using System.Text.Json.Nodes;
using FeedbackService.Model.Configuration;
using FeedbackService.Training.Presets;

namespace FeedbackService.Training.Options;

/// <summary>JSON Schema (draft 2020-12) of the options of a preset: what forms and clients are made from.</summary>
public static class OptionSchema
{
    /// <summary>An object schema with a property per option: description, default, limits, and <c>"auto"</c> as an alternative.</summary>
    /// <param name="preset">Whose options.</param>
    /// <param name="method">One of the preset's methods.</param>
    public static JsonObject Create(Preset preset, TrainingMethods method = TrainingMethods.Supervised)
    {
        ArgumentNullException.ThrowIfNull(preset);
        var properties = new JsonObject();
        foreach (var option in OptionCatalog.For(preset.Encoder, method))
        {
            properties[option.Name] = Property(option, preset.DefaultsOf(method));
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = $"Training options of {preset.Id}",
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
    }

    private static JsonObject Property(OptionDefinition option, OptionSet defaults)
    {
        var decided = defaults.TryGet(option, out var value);
        var rule = decided ? null : option.Rule;
        var alternatives = new JsonArray { Value(option), new JsonObject { ["const"] = OptionJson.Auto } };
        if (option.Type == typeof(ClassWeights))
        {
            alternatives.Insert(1, new JsonObject
            {
                ["type"] = "object",
                ["minProperties"] = 1,
                ["additionalProperties"] = new JsonObject { ["type"] = "number", ["minimum"] = 0 },
            });
        }

        return new JsonObject
        {
            ["description"] = rule is null ? option.Attribute.Description : $"{option.Attribute.Description} Auto: {rule.Description}.",
            ["default"] = rule is null ? OptionJson.ToNode(option, decided ? value : option.Default) : OptionJson.Auto,
            ["anyOf"] = alternatives,
            ["x-section"] = option.Section,
        };
    }

    private static JsonObject Value(OptionDefinition option)
    {
        if (option.Type == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (option.Type == typeof(ClassWeights))
        {
            return new JsonObject { ["enum"] = new JsonArray(ClassWeights.None.Name, ClassWeights.Balanced.Name) };
        }

        if (option.Type == typeof(AdapterTargets))
        {
            return new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["enum"] = new JsonArray([.. AdapterTargetsConverter.Names.Select(entry => (JsonNode?)JsonValue.Create(entry.Name))]) },
                ["minItems"] = 1,
                ["uniqueItems"] = true,
            };
        }

        if (option.Values is { } names)
        {
            return new JsonObject { ["enum"] = new JsonArray([.. names.Select(name => (JsonNode?)JsonValue.Create(name))]) };
        }

        var schema = new JsonObject { ["type"] = option.Type == typeof(int) ? "integer" : "number" };
        var limits = option.Attribute;
        if (!double.IsNaN(limits.Minimum))
        {
            schema[limits.ExclusiveMinimum ? "exclusiveMinimum" : "minimum"] = Limit(option, limits.Minimum);
        }

        if (!double.IsNaN(limits.Maximum))
        {
            schema[limits.ExclusiveMaximum ? "exclusiveMaximum" : "maximum"] = Limit(option, limits.Maximum);
        }

        return schema;
    }

    private static JsonNode Limit(OptionDefinition option, double limit) =>
        option.Type == typeof(int) ? JsonValue.Create((int)limit) : JsonValue.Create(limit);
}
