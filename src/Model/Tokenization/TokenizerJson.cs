using System.Text;
using System.Text.Json;

namespace FeedbackService.Model.Tokenization;

/// <summary>Reads files of tokenizers that came from elsewhere: bounded, and every fault an <see cref="InvalidTokenizerException"/>.</summary>
internal static class TokenizerJson
{
    /// <summary>Largest file that is read, in bytes (64 MiB).</summary>
    public const long MaxBytes = 64 << 20;

    private const int MaxDepth = 32;

    /// <summary>Reads a file of at most <see cref="MaxBytes"/>.</summary>
    /// <exception cref="InvalidTokenizerException">It is missing, too large or cannot be read.</exception>
    public static byte[] ReadBytes(string directory, string file)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(directory, file));
            if (stream.Length > MaxBytes)
            {
                throw new InvalidTokenizerException(file, null, $"has {stream.Length} bytes; at most {MaxBytes} are read.");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidTokenizerException(file, null, "cannot be read.", exception);
        }
    }

    /// <summary>Lines of a UTF-8 file, without their ends and without empty ones at the end of the file.</summary>
    /// <exception cref="InvalidTokenizerException">As for <see cref="ReadBytes"/>, or it is not UTF-8 or has more than <paramref name="maxLines"/> lines.</exception>
    public static List<string> ReadLines(string directory, string file, int maxLines)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(ReadBytes(directory, file));
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidTokenizerException(file, null, $"not valid UTF-8 at byte {exception.Index}.", exception);
        }

        var lines = new List<string>();
        foreach (var range in text.AsSpan().TrimEnd("\r\n").Split('\n'))
        {
            if (lines.Count == maxLines)
            {
                throw new InvalidTokenizerException(file, maxLines + 1, $"has more than {maxLines} lines.");
            }

            lines.Add(text[range].TrimEnd('\r'));
        }

        return lines;
    }

    /// <summary>Reads a JSON file and hands its root to <paramref name="read"/>.</summary>
    /// <exception cref="InvalidTokenizerException">
    /// As for <see cref="ReadBytes"/>, or it is not JSON, too deep, repeats a member, or is not what <paramref name="read"/> takes it for.
    /// </exception>
    public static T Read<T>(string directory, string file, Func<JsonElement, T> read)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth };
            using var document = JsonDocument.Parse(WithoutMark(ReadBytes(directory, file)), options);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new InvalidTokenizerException(file, (int?)exception.LineNumber + 1, exception.Message, exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
        {
            // A string with half a character, or a value of another kind than its name says.
            throw new InvalidTokenizerException(file, null, $"a value is not of the kind that belongs there: {exception.Message}", exception);
        }
    }

    /// <summary>Tokens by id, from an object of ids by token.</summary>
    /// <exception cref="InvalidTokenizerException">An id stands twice or is missing, or there are none or more than <paramref name="maxTokens"/>.</exception>
    public static string[] Tokens(JsonElement vocabulary, string file, string member, int maxTokens)
    {
        if (vocabulary.ValueKind != JsonValueKind.Object || vocabulary.GetPropertyCount() is 0 || vocabulary.GetPropertyCount() > maxTokens)
        {
            throw new InvalidTokenizerException(file, null, $"{member} must be an object of 1 to {maxTokens} ids by token.");
        }

        var tokens = new string?[vocabulary.GetPropertyCount()];
        foreach (var entry in vocabulary.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id < 0 || id >= tokens.Length || tokens[id] is not null)
            {
                throw new InvalidTokenizerException(
                    file, null, $"{member}: the {tokens.Length} tokens must have the ids 0 to {tokens.Length - 1}, each once; {Shown(entry.Value)} is not one that is left.");
            }

            tokens[id] = entry.Name;
        }

        return tokens!;
    }

    /// <summary>A value as it may stand in a message: cut, and on one line.</summary>
    public static string Shown(JsonElement value)
    {
        var text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 60 ? text : text[..60] + "…";
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) =>
        bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
}
