using System.Buffers.Binary;
using System.Text;
using FeedbackService.Api.Errors;

namespace FeedbackService.Api.Features.OpenInference;

/// <summary>
/// Tensors as the protocol writes them in bytes, row-major and little-endian: an FP32 is four bytes, an element of BYTES
/// is its length in four bytes and then itself. Texts are UTF-8.
/// </summary>
internal static class RawTensors
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The texts of a tensor of BYTES.</summary>
    /// <exception cref="ServiceException">400 when a length goes beyond the end, or a text is not UTF-8.</exception>
    public static IReadOnlyList<string> ReadTexts(ReadOnlySpan<byte> bytes)
    {
        var texts = new List<string>();
        while (!bytes.IsEmpty)
        {
            var length = bytes.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : uint.MaxValue;
            if (length > bytes.Length - sizeof(uint))
            {
                throw ServiceException.Invalid(
                    "invalid_value", "The raw contents of the input end within an element; each is its length in four bytes, little-endian, and then itself.", TextTensor.Field);
            }

            texts.Add(ReadText(bytes.Slice(sizeof(uint), (int)length)));
            bytes = bytes[(sizeof(uint) + (int)length)..];
        }

        return texts;
    }

    /// <summary>One text.</summary>
    /// <exception cref="ServiceException">400 when it is not UTF-8.</exception>
    public static string ReadText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw ServiceException.Invalid("invalid_value", "An element of the input is not UTF-8; the model reads texts.", TextTensor.Field);
        }
    }

    /// <summary>The data of an output.</summary>
    public static byte[] Write(OutputTensor output)
    {
        if (output.Numbers is { } numbers)
        {
            var floats = new byte[numbers.Length * sizeof(float)];
            for (var i = 0; i < numbers.Length; i++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(floats.AsSpan(i * sizeof(float)), numbers[i]);
            }

            return floats;
        }

        var texts = new byte[output.Texts!.Sum(text => sizeof(uint) + Utf8.GetByteCount(text))];
        var rest = texts.AsSpan();
        foreach (var text in output.Texts!)
        {
            var length = Utf8.GetBytes(text, rest[sizeof(uint)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)length);
            rest = rest[(sizeof(uint) + length)..];
        }

        return texts;
    }
}
