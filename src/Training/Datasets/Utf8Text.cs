using System.Buffers;
using System.Text;

namespace FeedbackService.Training.Datasets;

/// <summary>Strict UTF-8.</summary>
internal static class Utf8Text
{
    /// <summary>Bytes of the mark some editors put in front of UTF-8.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>What is wrong with a row that is not UTF-8, and what to do.</summary>
    public static string Complaint(ReadOnlySpan<byte> row) =>
        $"The row holds bytes that are not UTF-8 (the first is 0x{row[FirstInvalid(row)]:X2}); it seems to be {EncodingGuess.Of(row)}. Save the file as UTF-8.";

    /// <summary>Offset of the first byte that is not UTF-8; -1 when all are.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        int offset = 0;
        while (offset < bytes.Length)
        {
            if (Rune.DecodeFromUtf8(bytes[offset..], out _, out int length) != OperationStatus.Done)
            {
                return offset;
            }

            offset += length;
        }

        return -1;
    }
}
