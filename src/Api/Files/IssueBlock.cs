using System.Buffers.Binary;

namespace FeedbackService.Api.Files;

/// <summary>Where a block of <see cref="Issues"/> issues begins and what stood before it; 24 bytes on disk, little-endian.</summary>
/// <param name="Offset">Byte of the file of issues.</param>
/// <param name="Line">Line of its first issue; <see cref="long.MaxValue"/> when that concerns the whole file.</param>
/// <param name="Errors">Errors before it.</param>
internal readonly record struct IssueBlock(long Offset, long Line, long Errors)
{
    /// <summary>Issues of a block.</summary>
    public const int Issues = 64;

    /// <summary>Bytes of a block's entry.</summary>
    public const int Bytes = 24;

    /// <summary>As it is stored.</summary>
    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, Offset);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], Line);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Errors);
    }

    /// <summary>From what is stored.</summary>
    public static IssueBlock Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]));
}
