using System.Buffers.Binary;

namespace FeedbackService.Training.Datasets;

/// <summary>How entries lie on disk: a mark with the version, then 32 bytes each, little-endian.</summary>
/// <remarks>offset 8 | text 8 | label bits 60 + label count 2 + valid 1 + 0 in 8 | line 4 | labels 4.</remarks>
internal static class RowIndexFormat
{
    public const int EntryBytes = 32;

    private const int CountShift = 60;
    private const int ValidShift = 62;
    private const ulong BitsMask = (1UL << CountShift) - 1;

    /// <summary>First bytes of the file, as long as an entry.</summary>
    public static ReadOnlySpan<byte> Mark => "FeedbackService row index v1\0\0\0\0"u8;

    public static void Write(Span<byte> target, RowEntry entry)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, entry.Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], entry.Text);
        BinaryPrimitives.WriteUInt64LittleEndian(
            target[16..], (entry.LabelBits & BitsMask) | ((ulong)entry.LabelCount << CountShift) | (entry.IsValid ? 1UL << ValidShift : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], (uint)Math.Min(entry.Line, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], entry.Labels);
    }

    public static RowEntry Read(ReadOnlySpan<byte> source)
    {
        ulong labels = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]);
        return new RowEntry(
            BinaryPrimitives.ReadUInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source),
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[28..]),
            labels & BitsMask,
            (int)((labels >> CountShift) & 3),
            ((labels >> ValidShift) & 1) == 1);
    }
}
