using System.Text.Json.Serialization;

namespace FeedbackService.Training.Datasets;

/// <summary>How bad an issue is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IssueSeverity>))]
public enum IssueSeverity
{
    /// <summary>The row is used, but somebody should look at it.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The row is not used; a file with such rows cannot be trained on.</summary>
    [JsonStringEnumMemberName("error")]
    Error,
}
