using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>Targets as an array of names in snake case, such as <c>["query", "value"]</c>.</summary>
public sealed class AdapterTargetsConverter : JsonConverter<AdapterTargets>
{
    /// <summary>Every target with its name, in the order of an encoder.</summary>
    public static IReadOnlyList<(string Name, AdapterTargets Target)> Names { get; } =
    [
        .. Enum.GetValues<AdapterTargets>().Where(target => target != AdapterTargets.None)
            .Select(target => (JsonNamingPolicy.SnakeCaseLower.ConvertName(target.ToString()), target)),
    ];

    /// <summary>The names of some targets, in the order of an encoder.</summary>
    public static IReadOnlyList<string> NamesOf(AdapterTargets targets) => [.. Names.Where(entry => targets.HasFlag(entry.Target)).Select(entry => entry.Name)];

    /// <inheritdoc/>
    public override AdapterTargets Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Targets are an array of names.");
        }

        var targets = AdapterTargets.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            var name = reader.GetString();
            var target = Names.FirstOrDefault(entry => entry.Name == name).Target;
            if (target == AdapterTargets.None || targets.HasFlag(target))
            {
                throw new JsonException($"'{name}' is no target, or comes twice.");
            }

            targets |= target;
        }

        return reader.TokenType == JsonTokenType.EndArray ? targets : throw new JsonException("Targets are an array of names.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AdapterTargets value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        foreach (var name in NamesOf(value))
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
