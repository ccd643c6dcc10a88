using System.Text;
using System.Text.Json;

namespace FeedbackService.Model.Files;

/// <summary>Reads files that strangers wrote: bounded, and every fault an <see cref="InvalidFileException"/>.</summary>
internal static class UntrustedFile
{
    /// <summary>Largest file that is read into memory, in bytes (64 MiB).</summary>
    public const long MaxBytes = 64 << 20;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Reads a file of at most <see cref="MaxBytes"/>.</summary>
    /// <exception cref="InvalidFileException">It is missing, too large or cannot be read.</exception>
    public static byte[] ReadBytes(string directory, string file)
    {
        try
        {
            using var stream = File.OpenRead(Path.Combine(directory, file));
            if (stream.Length > MaxBytes)
            {
                throw new InvalidFileException(file, $"has {stream.Length} bytes; at most {MaxBytes} are read.");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (FileNotFoundException exception)
        {
            throw new InvalidFileException(file, "is missing.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidFileException(file, "cannot be read.", exception);
        }
    }

    /// <summary>Lines of a UTF-8 file, without their ends and without empty ones at the end of the file.</summary>
    /// <exception cref="InvalidFileException">As for <see cref="ReadBytes"/>, or it is not UTF-8 or has more than <paramref name="maxLines"/> lines.</exception>
    public static List<string> ReadLines(string directory, string file, int maxLines)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(ReadBytes(directory, file));
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidFileException(file, $"not valid UTF-8 at byte {exception.Index}.", exception);
        }

        var lines = new List<string>();
        foreach (var range in text.AsSpan().TrimEnd("\r\n").Split('\n'))
        {
            if (lines.Count == maxLines)
            {
                throw new InvalidFileException(file, maxLines + 1, $"has more than {maxLines} lines.");
            }

            lines.Add(text[range].TrimEnd('\r'));
        }

        return lines;
    }

    /// <summary>Reads a JSON file and hands its root to <paramref name="read"/>.</summary>
    /// <exception cref="InvalidFileException">
    /// As for <see cref="ReadBytes"/>, or it is not JSON, too deep, repeats a member, or is not what <paramref name="read"/> takes it for.
    /// </exception>
    public static T ReadJson<T>(string directory, string file, Func<JsonMember, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutMark(ReadBytes(directory, file)), Strict);
            return read(new JsonMember(file, "", document.RootElement));
        }
        catch (JsonException exception)
        {
            throw new InvalidFileException(file, (int?)exception.LineNumber + 1, exception.Message, exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException)
        {
            // A string with half a character, or a value of another kind than its name says.
            throw new InvalidFileException(file, $"a value is not of the kind that belongs there: {exception.Message}", exception);
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) =>
        bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
}
