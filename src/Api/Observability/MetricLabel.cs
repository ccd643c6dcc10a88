using System.Text.Json;

namespace FeedbackService.Api.Observability;

/// <summary>How members of enumerations are spelt in labels: as on the wire.</summary>
internal static class MetricLabel
{
    /// <summary>Such as <c>lease_lost</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
