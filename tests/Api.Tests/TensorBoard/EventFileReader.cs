using System.Buffers.Binary;
using System.Numerics;
using Tensorboard;

namespace FeedbackService.Api.Tests.TensorBoard;

/// <summary>
/// Reads event files as strictly as TensorBoard does: both checksums of every record, nothing after the last. The messages are those
/// generated from TensorBoard's own definitions, which come with TorchSharp.
/// </summary>
internal static class EventFileReader
{
    public static IReadOnlyList<Event> Read(byte[] file)
    {
        var events = new List<Event>();
        var at = 0;
        while (at < file.Length)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            AssertSum(file.AsSpan(at, 8), file.AsSpan(at + 8));
            AssertSum(file.AsSpan(at + 12, length), file.AsSpan(at + 12 + length));
            events.Add(Event.Parser.ParseFrom(file, at + 12, length));
            at += 12 + length + 4;
        }

        return events;
    }

    // Bit by bit from the polynomial, so that it shares nothing with the writer.
    private static void AssertSum(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> sum)
    {
        const uint reversedPolynomial = 0x82f63b78;
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ reversedPolynomial : crc >> 1;
            }
        }

        Assert.Equal(unchecked(BitOperations.RotateRight(~crc, 15) + 0xa282ead8u), BinaryPrimitives.ReadUInt32LittleEndian(sum));
    }
}
