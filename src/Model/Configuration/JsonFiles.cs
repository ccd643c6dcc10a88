using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace FeedbackService.Model.Configuration;

/// <summary>How every JSON file of an artifact is written and read: snake_case, readable, and nothing unknown let through.</summary>
public static class JsonFiles
{
    /// <summary>Largest JSON file that is read, in bytes (16 MiB).</summary>
    public const long MaxBytes = 16 << 20;

    /// <summary>
    /// The shared serializer options: snake_case members and enums, unknown or repeated members rejected, required and
    /// non-null members enforced, letters of all scripts left readable.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Reads a file.</summary>
    /// <exception cref="JsonException">It is larger than <see cref="MaxBytes"/>, not JSON, or not what <typeparamref name="T"/> allows.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static T Read<T>(string path)
        where T : class
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > MaxBytes)
        {
            throw new JsonException($"The file has {stream.Length} bytes; at most {MaxBytes} are read.");
        }

        return JsonSerializer.Deserialize<T>(stream, Options) ?? throw new JsonException("The file says null.");
    }

    /// <summary>The bytes of a file, ending in a line feed. Equal values give equal bytes.</summary>
    public static byte[] ToBytes<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Options), (byte)'\n'];

    /// <summary>What a value of an enumeration is called in a file.</summary>
    public static string NameOf<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value, Options).GetString()!;

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            AllowOutOfOrderMetadataProperties = true,
            WriteIndented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
            MaxDepth = 32,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
