using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FeedbackService.Training.Datasets;

/// <summary>Decides from the first 64 KiB what a file is.</summary>
internal static class DatasetFormatDetector
{
    private const int SampleBytes = 64 * 1024;
    private const string SaveAsUtf8 = "Save it as UTF-8 (spreadsheets call it \"CSV UTF-8\") and upload it again.";

    /// <summary>Reads the beginning of the stream, from where it stands.</summary>
    /// <exception cref="UnreadableDatasetException">The file is empty, an archive, a pickle, other binary data, or not UTF-8.</exception>
    public static DatasetFormat Detect(Stream stream)
    {
        byte[] buffer = new byte[SampleBytes];
        int read = stream.ReadAtLeast(buffer, SampleBytes, throwOnEndOfStream: false);
        ReadOnlySpan<byte> sample = buffer.AsSpan(0, read);
        bool whole = read < SampleBytes;

        if (FileSignature.Find(sample) is var (code, name))
        {
            throw new UnreadableDatasetException(code, $"The file is not a data set the service reads: it is {name}. {Advice(code)}");
        }

        bool mark = sample.StartsWith(Utf8Text.ByteOrderMark);
        sample = mark ? sample[Utf8Text.ByteOrderMark.Length..] : sample;
        if (sample.Trim(" \t\r\n"u8).IsEmpty && whole)
        {
            throw new UnreadableDatasetException(
                UnreadableDatasetException.Empty, "The file is empty. Upload a CSV or TSV file with a header, or JSON lines.");
        }

        RefuseOtherEncodings(sample, whole);
        if (IsJsonLines(sample))
        {
            return new DatasetFormat(DatasetKind.Jsonl, 0, mark);
        }

        byte delimiter = Delimiters.Find(sample);
        return new DatasetFormat(delimiter == '\t' ? DatasetKind.Tsv : DatasetKind.Csv, delimiter, mark);
    }

    private static string Advice(string code) => code switch
    {
        UnreadableDatasetException.Archive => "Unpack it (save a spreadsheet as \"CSV UTF-8\") and upload the CSV, TSV or JSONL file itself.",
        UnreadableDatasetException.Pickle => "Pickles are never opened; export the rows as CSV or JSONL.",
        UnreadableDatasetException.NotUtf8 => SaveAsUtf8,
        _ => "Upload a CSV or TSV file with a header, or JSON lines.",
    };

    private static void RefuseOtherEncodings(ReadOnlySpan<byte> sample, bool whole)
    {
        int control = 0;
        int nul = 0;
        foreach (byte b in sample)
        {
            nul += b == 0 ? 1 : 0;
            control += b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r') ? 1 : 0;
        }

        // UTF-16 of Latin text is half NULs; a text with a few control characters gets an issue per line instead.
        if (nul * 10 > sample.Length * 3)
        {
            throw new UnreadableDatasetException(UnreadableDatasetException.NotUtf8, $"The file is not UTF-8; it seems to be {EncodingGuess.OfWide(sample)}. {SaveAsUtf8}");
        }

        if (control * 10 > sample.Length * 3)
        {
            throw new UnreadableDatasetException(UnreadableDatasetException.Binary, "The file is binary. Upload a CSV or TSV file with a header, or JSON lines.");
        }

        (int lines, int invalid, bool headerInvalid) = CountInvalidLines(sample, whole);
        if (headerInvalid || invalid * 2 > lines)
        {
            throw new UnreadableDatasetException(
                UnreadableDatasetException.NotUtf8, $"{invalid} of the first {lines} lines are not UTF-8; they seem to be {EncodingGuess.Of(sample)}. {SaveAsUtf8}");
        }
    }

    private static (int Lines, int Invalid, bool HeaderInvalid) CountInvalidLines(ReadOnlySpan<byte> sample, bool whole)
    {
        int lines = 0;
        int invalid = 0;
        bool headerInvalid = false;
        while (!sample.IsEmpty)
        {
            int at = sample.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> line = at < 0 ? sample : sample[..at];
            bool cut = at < 0 && !whole;
            if (!line.IsEmpty)
            {
                bool bad = !Utf8.IsValid(line) && !(cut && IsOnlyCutShort(line));
                headerInvalid |= bad && lines == 0;
                lines++;
                invalid += bad ? 1 : 0;
            }

            sample = at < 0 ? [] : sample[(at + 1)..];
        }

        return (lines, invalid, headerInvalid);
    }

    private static bool IsOnlyCutShort(ReadOnlySpan<byte> line)
    {
        int at = Utf8Text.FirstInvalid(line);
        return Rune.DecodeFromUtf8(line[at..], out _, out _) == OperationStatus.NeedMoreData;
    }

    private static bool IsJsonLines(ReadOnlySpan<byte> sample)
    {
        ReadOnlySpan<byte> trimmed = sample.TrimStart(" \t\r\n"u8);
        if (trimmed.IsEmpty)
        {
            return false;
        }

        if (trimmed[0] == '{')
        {
            RefuseObjectOverManyLines(trimmed);
            return true;
        }

        ReadOnlySpan<byte> inside = trimmed[0] == '[' ? trimmed[1..].TrimStart(" \t\r\n"u8) : [];
        if (inside.IsEmpty || !"{[]\"-0123456789"u8.Contains(inside[0]))
        {
            return false;
        }

        if (inside[0] != '{')
        {
            return true;
        }

        // A damaged first line must not hide the good ones below it; one array over many lines has commas behind its objects.
        if (IsObject(SecondLine(trimmed)))
        {
            return true;
        }

        throw new UnreadableDatasetException(
            UnreadableDatasetException.JsonArray, "The file begins with a JSON array. Write one JSON object per line, without brackets and commas around them.");
    }

    // Damaged lines get an issue each; a bare bracket with no object below it is how indented JSON begins.
    private static void RefuseObjectOverManyLines(ReadOnlySpan<byte> trimmed)
    {
        int end = trimmed.IndexOf((byte)'\n');
        if (end >= 0 && trimmed[1..end].Trim(" \t\r"u8).IsEmpty && SecondLine(trimmed) is [(byte)'"', ..])
        {
            throw new UnreadableDatasetException(
                UnreadableDatasetException.JsonLines, "The file is JSON spread over several lines. Write each object on one line of its own (jq -c does it).");
        }
    }

    private static ReadOnlySpan<byte> SecondLine(ReadOnlySpan<byte> trimmed)
    {
        int end = trimmed.IndexOf((byte)'\n');
        ReadOnlySpan<byte> rest = end < 0 ? [] : trimmed[(end + 1)..].TrimStart(" \t\r\n"u8);
        int secondEnd = rest.IndexOf((byte)'\n');
        return (secondEnd < 0 ? rest : rest[..secondEnd]).TrimEnd(" \t\r"u8);
    }

    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] != '{')
        {
            return false;
        }

        var json = new Utf8JsonReader(line);
        try
        {
            json.Read();
            json.Skip();
            return !json.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
