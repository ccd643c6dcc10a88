using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FeedbackService.Api.Hosting;

/// <summary>JSON as it is on the wire: snake_case, unknown and repeated keys refused, at most 64 levels.</summary>
public static class ApiJson
{
    /// <summary>Levels of nesting that are read.</summary>
    public const int MaxDepth = 64;

    /// <summary>The same options, for what is stored and read back.</summary>
    public static JsonSerializerOptions Options { get; } = Created();

    /// <summary>Uses them for request and response bodies.</summary>
    internal static void AddApiJson(this WebApplicationBuilder builder) =>
        builder.Services.ConfigureHttpJsonOptions(http => Configure(http.SerializerOptions));

    private static JsonSerializerOptions Created()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = MaxDepth;
        // Answers are JSON, never HTML: texts in any script stay readable.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }
}
