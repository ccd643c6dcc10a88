using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace FeedbackService.Model.Checkpoints;

/// <summary>The header of a safetensors file, valid as a whole once it is made.</summary>
/// <param name="DataStart">Where the tensors' bytes begin in the file.</param>
/// <param name="Entries">Tensors in the order of their bytes.</param>
/// <param name="Metadata">The strings of <c>__metadata__</c>; empty when there are none.</param>
internal sealed record SafetensorsHeader(
    long DataStart, IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    public const int PrefixBytes = 8;
    public const int MaxHeaderBytes = 16 << 20;
    public const int MaxMetadataBytes = 1 << 20;
    public const int MaxTensors = 10_000;
    public const int MaxNameLength = 256;
    public const int MaxRank = 8;
    public const int MaxDepth = 4;
    public const string MetadataKey = "__metadata__";

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads and checks the header (rules 1 to 14). Allocates no more than the header's own size and what it describes.</summary>
    /// <param name="stream">Positioned at its start; left behind the header.</param>
    /// <exception cref="InvalidSafetensorsException">A rule is broken.</exception>
    public static SafetensorsHeader Read(Stream stream)
    {
        var fileLength = stream.Length;
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (fileLength < PrefixBytes || stream.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false) < PrefixBytes)
        {
            throw new InvalidSafetensorsException(SafetensorsRule.FileLength, $"the file has {fileLength} bytes, fewer than 8.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeaderBytes)
        {
            throw new InvalidSafetensorsException(
                SafetensorsRule.HeaderLength, $"the header claims {length} bytes; at most {MaxHeaderBytes} are read.");
        }

        if ((long)length > fileLength - PrefixBytes)
        {
            throw new InvalidSafetensorsException(
                SafetensorsRule.HeaderLength, $"the header claims {length} bytes, the file has {fileLength - PrefixBytes} after its first 8.");
        }

        var header = new byte[length];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            throw new InvalidSafetensorsException(SafetensorsRule.Unchanged, "the file became shorter while it was read.");
        }

        return Parse(header, fileLength - PrefixBytes - header.Length);
    }

    private static SafetensorsHeader Parse(byte[] header, long dataLength)
    {
        if (header.Length == 0 || header[0] != '{')
        {
            throw new InvalidSafetensorsException(SafetensorsRule.HeaderPadding, "the header does not begin with '{'.");
        }

        try
        {
            StrictUtf8.GetCharCount(header);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidSafetensorsException(SafetensorsRule.Utf8, $"byte {exception.Index} of the header is not UTF-8.", exception);
        }

        SafetensorsHeaderParser parser;
        try
        {
            parser = new SafetensorsHeaderParser();
            parser.Parse(header);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: an escaped unpaired surrogate in a string.
            throw new InvalidSafetensorsException(SafetensorsRule.Json, exception.Message, exception);
        }

        var entries = parser.Entries;
        entries.Sort(static (left, right) => left.Begin != right.Begin
            ? left.Begin.CompareTo(right.Begin)
            : left.End != right.End ? left.End.CompareTo(right.End) : string.CompareOrdinal(left.Name, right.Name));
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
            {
                throw new InvalidSafetensorsException(
                    SafetensorsRule.Contiguity, $"'{entry.Name}' begins at byte {entry.Begin}, the tensor before it ends at {end}.");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw new InvalidSafetensorsException(
                SafetensorsRule.Contiguity, $"the tensors end at byte {end}, the data has {dataLength} bytes.");
        }

        return new SafetensorsHeader(PrefixBytes + header.Length, entries, parser.Metadata);
    }
}
