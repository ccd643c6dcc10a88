using System.Text.Json;
using System.Text.Json.Serialization;
using FeedbackService.Api.Errors;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Serving.Requests;

/// <summary>Reads and writes the shapes of <see cref="ClassifyInput"/>.</summary>
internal class ClassifyInputConverter : JsonConverter<ClassifyInput>
{
    private const string Expected = "must be a string, an object with \"text\" (and \"text_pair\"), or a list of these.";

    /// <summary>False: an unknown key of a text object is an error, as everywhere in our own dialect.</summary>
    protected virtual bool SkipsUnknownKeys => false;

    // Without it null would not be read here, and the request's input would be null.
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override ClassifyInput Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return new ClassifyInput([ReadItem(ref reader)], IsList: false);
        }

        var items = new List<TextInput>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadItem(ref reader));
        }

        return new ClassifyInput(items, IsList: true);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ClassifyInput value, JsonSerializerOptions options)
    {
        if (!value.IsList)
        {
            WriteItem(writer, value.Items[0]);
            return;
        }

        writer.WriteStartArray();
        foreach (var item in value.Items)
        {
            WriteItem(writer, item);
        }

        writer.WriteEndArray();
    }

    private TextInput ReadItem(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new TextInput(reader.GetString()!);
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new UnexpectedJsonException(Expected);
        }

        string? text = null, pair = null;
        var (hasText, hasPair) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "text":
                    Once(ref hasText, name);
                    text = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw new UnexpectedJsonException(Expected);
                    break;
                case "text_pair":
                    Once(ref hasPair, name);
                    pair = reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new UnexpectedJsonException(Expected);
                    break;
                default:
                    if (SkipsUnknownKeys)
                    {
                        reader.Skip();
                        break;
                    }

                    // In the words of System.Text.Json, by which the error's parameter is found.
                    throw new JsonException($"The JSON property '{name}' could not be mapped; 'input' {Expected}");
            }
        }

        return new TextInput(text ?? throw new UnexpectedJsonException(Expected), pair);
    }

    private static void Once(ref bool seen, string name)
    {
        if (seen)
        {
            throw new JsonException($"Duplicate property '{name}' encountered in 'input'.");
        }

        seen = true;
    }

    private static void WriteItem(Utf8JsonWriter writer, TextInput item)
    {
        if (item.TextPair is null)
        {
            writer.WriteStringValue(item.Text);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("text", item.Text);
        writer.WriteString("text_pair", item.TextPair);
        writer.WriteEndObject();
    }
}
