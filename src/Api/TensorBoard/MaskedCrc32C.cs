using System.Numerics;

namespace FeedbackService.Api.TensorBoard;

/// <summary>The checksum of TFRecord files: CRC-32C (RFC 3720, appendix B.4), rotated and offset so that a checksum of checksums is sound.</summary>
internal static class MaskedCrc32C
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return unchecked(BitOperations.RotateRight(~crc, 15) + MaskDelta);
    }
}
