using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeedbackService.Model.Tokenization.Added;

/// <summary>Reads and writes <see cref="AddedTokenList"/> as an array of tokens.</summary>
internal sealed class AddedTokenListConverter : JsonConverter<AddedTokenList>
{
    public override AddedTokenList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize<AddedToken[]>(ref reader, options) ?? throw new JsonException("added_tokens is null."));

    public override void Write(Utf8JsonWriter writer, AddedTokenList value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToArray(), options);
}
