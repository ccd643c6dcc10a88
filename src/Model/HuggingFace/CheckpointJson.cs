using System.Text;
using System.Text.Json;
using FeedbackService.Model.Configuration;

namespace FeedbackService.Model.HuggingFace;

/// <summary>Reads the JSON files of a checkpoint, which strangers wrote.</summary>
internal static class CheckpointJson
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Reads a file that holds an object. The caller disposes it.</summary>
    /// <exception cref="InvalidCheckpointException">It is missing, too large, not UTF-8, or no JSON object.</exception>
    public static JsonDocument Read(string directory, string name)
    {
        try
        {
            var file = new FileInfo(Path.Combine(directory, name));
            if (!file.Exists)
            {
                throw new InvalidCheckpointException(name, "is missing.");
            }

            if (file.Length > JsonFiles.MaxBytes)
            {
                throw new InvalidCheckpointException(name, $"has {file.Length} bytes; at most {JsonFiles.MaxBytes} are read.");
            }

            var document = JsonDocument.Parse(WithoutMark(File.ReadAllBytes(file.FullName)), Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidCheckpointException(name, "holds no JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or DecoderFallbackException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidCheckpointException(name, exception.Message, exception);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
}
