using System.Text.Json;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>Reads the parts of a JSON request that have no fixed shape.</summary>
internal static class JsonTensors
{
    /// <summary>The strings of a tensor, flat or nested as its shape says.</summary>
    /// <exception cref="ServiceException">400 for anything but strings, or rows of another length than the shape's.</exception>
    public static IReadOnlyList<string> ReadTexts(JsonElement data, IReadOnlyList<long> shape)
    {
        if (data.ValueKind != JsonValueKind.Array)
        {
            throw Wrong();
        }

        var isNested = data.GetArrayLength() > 0 && data[0].ValueKind == JsonValueKind.Array;
        return isNested
            ? [.. data.EnumerateArray().SelectMany(row => row.ValueKind == JsonValueKind.Array && shape is [_, var columns] && row.GetArrayLength() == columns ? Texts(row) : throw Wrong())]
            : [.. Texts(data)];
    }

    /// <summary>Parameters by name. Values that are neither string, number nor bool mean nothing.</summary>
    public static InferenceParameters ReadParameters(IReadOnlyDictionary<string, JsonElement>? parameters, string place)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters ?? new Dictionary<string, JsonElement>())
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.True or JsonValueKind.False:
                    values[name] = value.GetBoolean();
                    break;
                case JsonValueKind.Number:
                    values[name] = value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble();
                    break;
                case JsonValueKind.String:
                    values[name] = value.GetString()!;
                    break;
            }
        }

        return new InferenceParameters(values, place);
    }

    private static IEnumerable<string> Texts(JsonElement row) =>
        row.EnumerateArray().Select(text => text.ValueKind == JsonValueKind.String ? text.GetString()! : throw Wrong());

    private static ServiceException Wrong() => ServiceException.Invalid(
        "invalid_value", $"'{TextTensor.Field}' must be a list of strings, flat or with one list of strings per row of the shape.", TextTensor.Field);
}
