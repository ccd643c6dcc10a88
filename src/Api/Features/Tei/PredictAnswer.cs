using System.Text.Json;
using System.Text.Json.Serialization;
using FeedbackService.Api.Serving.Requests;

namespace FeedbackService.Api.Features.Tei;

/// <summary>Labels best first: one list for a text or a pair, a list of lists for a batch.</summary>
/// <param name="Rows">One per text.</param>
/// <param name="IsBatch">Whether the rows are sent as a list of their own.</param>
[JsonConverter(typeof(PredictAnswerConverter))]
public sealed record PredictAnswer(IReadOnlyList<IReadOnlyList<LabelScore>> Rows, bool IsBatch);

/// <summary>Writes flat what was asked flat.</summary>
internal sealed class PredictAnswerConverter : JsonConverter<PredictAnswer>
{
    /// <inheritdoc/>
    public override PredictAnswer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Answers are only written.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PredictAnswer value, JsonSerializerOptions options)
    {
        if (value.IsBatch)
        {
            JsonSerializer.Serialize(writer, value.Rows, options);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Rows[0], options);
        }
    }
}
