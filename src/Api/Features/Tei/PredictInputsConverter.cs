using System.Text.Json;
using System.Text.Json.Serialization;
using FeedbackService.Api.Errors;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Api.Features.Tei;

/// <summary>Reads TEI's grammar of inputs.</summary>
internal sealed class PredictInputsConverter : JsonConverter<PredictInputs>
{
    private const string Expected =
        "must be a string, a list of one string (a text) or two (one pair), or a list of such lists (a batch).";

    // Without it null would not be read here, and the request's inputs would be null.
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override PredictInputs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new PredictInputs([new TextInput(reader.GetString()!)], IsBatch: false);
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new UnexpectedJsonException(Expected);
        }

        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.EndArray => new PredictInputs([], IsBatch: true),
            JsonTokenType.StartArray => new PredictInputs(ReadBatch(ref reader), IsBatch: true),
            _ => new PredictInputs([ReadTexts(ref reader)], IsBatch: false),
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PredictInputs value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Requests are only read.");

    private static List<TextInput> ReadBatch(ref Utf8JsonReader reader)
    {
        var items = new List<TextInput>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new UnexpectedJsonException(Expected);
            }

            reader.Read();
            items.Add(ReadTexts(ref reader));
        }

        return items;
    }

    // From the first element of a list to its end.
    private static TextInput ReadTexts(ref Utf8JsonReader reader)
    {
        var texts = new List<string>(2);
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            texts.Add(reader.TokenType == JsonTokenType.String && texts.Count < 2 ? reader.GetString()! : throw new UnexpectedJsonException(Expected));
        }

        return texts.Count > 0 ? new TextInput(texts[0], texts.ElementAtOrDefault(1)) : throw new UnexpectedJsonException(Expected);
    }
}
