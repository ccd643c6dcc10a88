using System.Text.RegularExpressions;

namespace FeedbackService.Training.Datasets;

/// <summary>Recognises files that are no text at all by their first bytes.</summary>
internal static partial class FileSignature
{
    private static readonly (byte[] Magic, int Offset, string Code, string Name)[] Known =
    [
        ("PK\x03\x04"u8.ToArray(), 0, UnreadableDatasetException.Archive, "a ZIP archive or a spreadsheet"),
        ("PK\x05\x06"u8.ToArray(), 0, UnreadableDatasetException.Archive, "an empty ZIP archive"),
        ([0x1F, 0x8B], 0, UnreadableDatasetException.Archive, "gzip-compressed"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, UnreadableDatasetException.Archive, "xz-compressed"),
        ([0x28, 0xB5, 0x2F, 0xFD], 0, UnreadableDatasetException.Archive, "zstd-compressed"),
        ([0x04, 0x22, 0x4D, 0x18], 0, UnreadableDatasetException.Archive, "LZ4-compressed"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, UnreadableDatasetException.Archive, "a 7z archive"),
        ("Rar!\x1A\x07"u8.ToArray(), 0, UnreadableDatasetException.Archive, "a RAR archive"),
        ("ustar"u8.ToArray(), 257, UnreadableDatasetException.Archive, "a tar archive"),
        ("%PDF-"u8.ToArray(), 0, UnreadableDatasetException.Binary, "a PDF document"),
        ([0x7F, 0x45, 0x4C, 0x46], 0, UnreadableDatasetException.Binary, "a program (ELF)"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], 0, UnreadableDatasetException.Binary, "a PNG image"),
        ([0xFF, 0xD8, 0xFF], 0, UnreadableDatasetException.Binary, "a JPEG image"),
        ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], 0, UnreadableDatasetException.Binary, "an HDF5 file"),
        ("PAR1"u8.ToArray(), 0, UnreadableDatasetException.Binary, "a Parquet file"),
        ("ARROW1"u8.ToArray(), 0, UnreadableDatasetException.Binary, "an Arrow file"),
        ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], 0, UnreadableDatasetException.Binary, "a NumPy array"),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], 0, UnreadableDatasetException.Binary, "an old Office document"),
        ("SQLite format 3\0"u8.ToArray(), 0, UnreadableDatasetException.Binary, "an SQLite database"),
        // Before UTF-16, whose mark is the beginning of this one.
        ([0xFF, 0xFE, 0, 0], 0, UnreadableDatasetException.NotUtf8, "UTF-32 (little-endian) text"),
        ([0, 0, 0xFE, 0xFF], 0, UnreadableDatasetException.NotUtf8, "UTF-32 (big-endian) text"),
        ([0xFF, 0xFE], 0, UnreadableDatasetException.NotUtf8, "UTF-16 (little-endian) text"),
        ([0xFE, 0xFF], 0, UnreadableDatasetException.NotUtf8, "UTF-16 (big-endian) text"),
    ];

    /// <summary>What the file is, if it is something known that is not a data set; null otherwise.</summary>
    public static (string Code, string Name)? Find(ReadOnlySpan<byte> head)
    {
        // Protocols 2 and up begin with the opcode PROTO and their number.
        if (head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5)
        {
            return (UnreadableDatasetException.Pickle, "a Python pickle");
        }

        // "BZh", the block size, and the digits of pi that begin each block.
        if (head.Length >= 10 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9' && head[4..].StartsWith("1AY&SY"u8))
        {
            return (UnreadableDatasetException.Archive, "bzip2-compressed");
        }

        foreach ((byte[] magic, int offset, string code, string name) in Known)
        {
            if (head.Length >= offset + magic.Length && head.Slice(offset, magic.Length).SequenceEqual(magic))
            {
                return (code, name);
            }
        }

        string start = System.Text.Encoding.Latin1.GetString(head[..Math.Min(head.Length, 256)]);
        return TextPickle().IsMatch(start) ? (UnreadableDatasetException.Pickle, "a Python pickle") : null;
    }

    // Protocols 0 and 1: a mark with an empty container that is memoised at once, a memoised string, or a global of a module that
    // pickles of data or of attacks begin with. A header such as "content" must not match, hence the list of modules.
    [GeneratedRegex(
        @"\A(?:\([ldt]p\d+\r?\n|\(?S['""][^\n]*\np\d+\n|\(V[^\n]*\np\d+\n|[\]\}\)]q[\x00-\xFF]|\(?c(?:__builtin__|builtins|copy_reg|copyreg|__main__|os|posix|nt|subprocess|sys|collections|numpy|pandas|sklearn|torch)(?:\.[\w.]+)?\n\w+\n)",
        RegexOptions.CultureInvariant)]
    private static partial Regex TextPickle();
}
