using System.Buffers.Binary;
using System.Text.Json;
using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Checkpoints;

public sealed class SafetensorsWriterTests
{
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void RoundTrip_KeepsEveryBit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var original = (randn(3, 5, 2) * 3).to(dtype);
        using var reader = new SafetensorsReader(new MemoryStream(SafetensorsReaderTests.Write(("x", original), ("scalar", original[0, 0, 0]))));

        var copy = reader.Read("x");

        Assert.Equal(original.shape, copy.shape);
        Assert.Equal(dtype, copy.dtype);
        Assert.Equal(original.bytes.ToArray(), copy.bytes.ToArray());
        Assert.Empty(reader.Read("scalar").shape);
    }

    [Fact]
    public void SpecialFloats_KeepTheirBits()
    {
        using var scope = NewDisposeScope();
        var original = tensor([float.NaN, float.NegativeInfinity, -0f, float.Epsilon, BitConverter.Int32BitsToSingle(0x7fa12345)]);
        using var reader = new SafetensorsReader(new MemoryStream(SafetensorsReaderTests.Write(("x", original))));
        Assert.Equal(original.bytes.ToArray(), reader.Read("x").bytes.ToArray());
    }

    [Fact]
    public void HalfPrecision_IsWidenedOnRequest()
    {
        using var scope = NewDisposeScope();
        var original = tensor([1.5f, -2.25f]);
        using var reader = new SafetensorsReader(new MemoryStream(
            SafetensorsReaderTests.Write(("h", original.to(ScalarType.Float16)), ("b", original.to(ScalarType.BFloat16)), ("l", tensor([3L])))));
        foreach (var name in new[] { "h", "b" })
        {
            var read = reader.Read(name, widen: true);
            Assert.Equal(ScalarType.Float32, read.dtype);
            Assert.Equal([1.5f, -2.25f], read.data<float>().ToArray());
        }

        Assert.Equal(ScalarType.Int64, reader.Read("l", widen: true).dtype);
    }

    [Fact]
    public void NonContiguousTensor_IsWrittenInItsOwnOrder()
    {
        using var scope = NewDisposeScope();
        var transposed = arange(6, dtype: ScalarType.Float32).view(2, 3).t();
        using var reader = new SafetensorsReader(new MemoryStream(SafetensorsReaderTests.Write(("x", transposed))));
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], reader.Read("x").data<float>().ToArray());
    }

    [Fact]
    public void EqualTensors_GiveEqualBytes_AlignedTo8()
    {
        using var scope = NewDisposeScope();
        var (a, b, c) = (tensor([true]), tensor([1f]), tensor([1.0, 2.0]));
        var file = SafetensorsReaderTests.Write(("a", a), ("b", b), ("c", c));

        Assert.Equal(file, SafetensorsReaderTests.Write(("c", c), ("a", a), ("b", b)));
        var length = BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(0, length % 8);
        using var header = JsonDocument.Parse(file.AsMemory(8, (int)length));
        Assert.Equal(["c", "b", "a"], header.RootElement.EnumerateObject().Select(member => member.Name));
        using var reader = new SafetensorsReader(new MemoryStream(file));
        Assert.All(reader.Entries, entry => Assert.Equal(0, entry.Begin % Math.Max(1, entry.ByteCount / entry.Shape[0])));
    }

    [Fact]
    public void Metadata_RoundTrips()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, new Dictionary<string, Tensor>(), new Dictionary<string, string> { ["b"] = "2", ["a"] = "\"中\n" });
        using var reader = new SafetensorsReader(stream);
        Assert.Equal("\"中\n", reader.Metadata["a"]);
        Assert.Equal(2, reader.Metadata.Count);
        Assert.Empty(reader.Entries);
    }

    [Fact]
    public void TypesAndNamesTheFormatHasNot_AreRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<NotSupportedException>(() => SafetensorsReaderTests.Write(("x", zeros(2, dtype: ScalarType.ComplexFloat32))));
        Assert.Throws<ArgumentException>(() => SafetensorsReaderTests.Write(("", zeros(2))));
        Assert.Throws<ArgumentException>(() => SafetensorsReaderTests.Write(("__metadata__", zeros(2))));
    }
}
