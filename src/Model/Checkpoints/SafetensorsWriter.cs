using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Writes safetensors files: equal tensors give equal bytes.</summary>
/// <remarks>
/// Tensors stand in the order of their element size, largest first, then of their names, so that everything is aligned without
/// holes; the header is padded with spaces to a multiple of 8 bytes.
/// </remarks>
public static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int ChunkElements = 1 << 24;

    private static readonly JsonWriterOptions HeaderOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes tensors from start to end, without seeking.</summary>
    /// <param name="stream">Where to; not flushed and not disposed.</param>
    /// <param name="tensors">By name; on any device, contiguous or not.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null for none.</param>
    /// <exception cref="NotSupportedException">A tensor's type has no place in the format.</exception>
    /// <exception cref="ArgumentException">A name or the number of tensors is one that the reader would refuse.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(stream, TensorSource.Of(tensors), metadata);

    /// <summary>Writes tensors from start to end, without seeking, and asks for each only when its turn has come: one is in memory at a time.</summary>
    /// <param name="stream">Where to; not flushed and not disposed.</param>
    /// <param name="tensors">In any order, each name once.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>; null for none.</param>
    /// <exception cref="NotSupportedException">A tensor's type has no place in the format.</exception>
    /// <exception cref="ArgumentException">A name or the number of tensors is one that the reader would refuse.</exception>
    /// <exception cref="InvalidOperationException">A source gave a tensor of another type or size than it had said.</exception>
    public static void Write(Stream stream, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var ordered = InOrder(tensors);
        stream.Write(CreateHeader(ordered, metadata));
        foreach (var tensor in ordered)
        {
            WriteData(stream, tensor);
        }
    }

    /// <summary>Size in bytes of what <see cref="Write(Stream, IReadOnlyList{TensorSource}, IReadOnlyDictionary{string, string}?)"/> would write; no tensor is asked for.</summary>
    public static long Measure(IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return CreateHeader(InOrder(tensors), metadata).Length + tensors.Sum(tensor => tensor.Count * SafetensorsDtype.SizeOf(tensor.Dtype));
    }

    private static List<TensorSource> InOrder(IReadOnlyList<TensorSource> tensors) =>
        [.. tensors.OrderByDescending(tensor => SafetensorsDtype.SizeOf(tensor.Dtype)).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];

    private static byte[] CreateHeader(List<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        if (tensors.Count > SafetensorsHeader.MaxTensors)
        {
            throw new ArgumentException($"{tensors.Count} tensors are more than {SafetensorsHeader.MaxTensors}.", nameof(tensors));
        }

        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[SafetensorsHeader.PrefixBytes]);
        using (var json = new Utf8JsonWriter(buffer, HeaderOptions))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var tensor in tensors)
            {
                offset = WriteEntry(json, tensor, offset);
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        if (buffer.Length - SafetensorsHeader.PrefixBytes > SafetensorsHeader.MaxHeaderBytes)
        {
            throw new ArgumentException($"The header would exceed {SafetensorsHeader.MaxHeaderBytes} bytes.", nameof(tensors));
        }

        var header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - SafetensorsHeader.PrefixBytes);
        return header;
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorSource tensor, long offset)
    {
        var name = tensor.Name;
        if (name.Length is 0 or > SafetensorsHeader.MaxNameLength || name.Any(char.IsControl) || name == SafetensorsHeader.MetadataKey)
        {
            throw new ArgumentException($"'{name}' cannot be the name of a tensor.", nameof(tensor));
        }

        if (tensor.Shape.Count > SafetensorsHeader.MaxRank)
        {
            throw new ArgumentException($"'{name}' has {tensor.Shape.Count} dimensions; at most {SafetensorsHeader.MaxRank} are allowed.", nameof(tensor));
        }

        var end = checked(offset + (tensor.Count * SafetensorsDtype.SizeOf(tensor.Dtype)));
        json.WriteStartObject(name);
        json.WriteString("dtype", SafetensorsDtype.NameOf(tensor.Dtype));
        json.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }

    private static void WriteData(Stream stream, TensorSource source)
    {
        using var scope = NewDisposeScope();
        var tensor = source.Read();
        if (tensor.dtype != source.Dtype || tensor.numel() != source.Count)
        {
            throw new InvalidOperationException($"'{source.Name}' was announced as {source.Dtype} with {source.Count} elements and is {tensor.dtype} with {tensor.numel()}.");
        }

        var flat = tensor.detach().to(CPU).contiguous().view(-1);
        var count = flat.numel();
        for (var start = 0L; start < count; start += ChunkElements)
        {
            stream.Write(flat.narrow(0, start, Math.Min(ChunkElements, count - start)).bytes);
        }
    }
}
