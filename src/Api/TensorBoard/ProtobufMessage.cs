using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace FeedbackService.Api.TensorBoard;

/// <summary>A message in protobuf's wire format, field by field in the order of the calls. Only what event files need.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>A double.</summary>
    public ProtobufMessage Double(int field, double value)
    {
        Tag(field, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), value);
        _bytes.Advance(sizeof(double));
        return this;
    }

    /// <summary>A float.</summary>
    public ProtobufMessage Float(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
        return this;
    }

    /// <summary>An int64 or enum.</summary>
    public ProtobufMessage Int64(int field, long value)
    {
        Tag(field, Varint);
        Number((ulong)value);
        return this;
    }

    /// <summary>A string.</summary>
    public ProtobufMessage Text(int field, string value) => Raw(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message inside this one.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage value) => Raw(field, value.Written);

    private ProtobufMessage Raw(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, Bytes);
        Number((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Tag(int field, int wireType) => Number((ulong)((field << 3) | wireType));

    private void Number(ulong value)
    {
        const int bitsPerByte = 7;
        const byte more = 0x80;
        while (value >= more)
        {
            _bytes.Write([(byte)(value | more)]);
            value >>= bitsPerByte;
        }

        _bytes.Write([(byte)value]);
    }
}
