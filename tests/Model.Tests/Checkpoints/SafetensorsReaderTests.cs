using System.Buffers.Binary;
using System.Text;
using FeedbackService.Model.Checkpoints;
using static TorchSharp.torch;

namespace FeedbackService.Model.Tests.Checkpoints;

public sealed class SafetensorsReaderTests
{
    private const string F32 = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    [Theory]
    [InlineData(SafetensorsRule.HeaderPadding, "[]", 0)]
    [InlineData(SafetensorsRule.HeaderPadding, " {}", 0)]
    [InlineData(SafetensorsRule.HeaderPadding, "", 0)]
    [InlineData(SafetensorsRule.HeaderPadding, "{}\n", 0)]
    [InlineData(SafetensorsRule.HeaderPadding, "{} {}", 0)]
    [InlineData(SafetensorsRule.Json, "{", 0)]
    [InlineData(SafetensorsRule.Json, "{\"a\"", 0)]
    [InlineData(SafetensorsRule.Json, "{\"\\ud800\":1}", 0)]
    [InlineData(SafetensorsRule.Json, """{"a":{"dtype":"F32","shape":[[[[2]]]],"data_offsets":[0,8]},"b":[[[[[1]]]]]}""", 8, true)]
    [InlineData(SafetensorsRule.Json, """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData(SafetensorsRule.Json, """{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0)]
    [InlineData(SafetensorsRule.Json, """{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Json, """{"__metadata__":{"x":"1","x":"2"}}""", 0)]
    [InlineData(SafetensorsRule.Json, """{"__metadata__":{},"__metadata__":{}}""", 0)]
    [InlineData(SafetensorsRule.Metadata, """{"__metadata__":[]}""", 0)]
    [InlineData(SafetensorsRule.Metadata, """{"__metadata__":{"x":1}}""", 0)]
    [InlineData(SafetensorsRule.Metadata, """{"__metadata__":{"x":{}}}""", 0)]
    [InlineData(SafetensorsRule.Members, """{"a":1}""", 0)]
    [InlineData(SafetensorsRule.Members, """{"a":{}}""", 0)]
    [InlineData(SafetensorsRule.Members, """{"a":{"dtype":"F32","shape":[2]}}""", 8)]
    [InlineData(SafetensorsRule.Members, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":0}}""", 8)]
    [InlineData(SafetensorsRule.Dtype, """{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}""", 1)]
    [InlineData(SafetensorsRule.Dtype, """{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 2)]
    [InlineData(SafetensorsRule.Dtype, """{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Dtype, """{"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}""", 0)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Shape, """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Overflow, """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0)]
    [InlineData(SafetensorsRule.Overflow, """{"a":{"dtype":"U8","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0)]
    [InlineData(SafetensorsRule.Overflow, """{"a":{"dtype":"F64","shape":[9223372036854775807],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Offsets, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8)]
    [InlineData(SafetensorsRule.Offsets, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8)]
    [InlineData(SafetensorsRule.Offsets, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8)]
    [InlineData(SafetensorsRule.Offsets, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8)]
    [InlineData(SafetensorsRule.Contiguity, """{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)]
    [InlineData(SafetensorsRule.Contiguity, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}""", 7)]
    [InlineData(SafetensorsRule.Contiguity, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}""", 9)]
    [InlineData(SafetensorsRule.Contiguity, """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4)]
    [InlineData(SafetensorsRule.Contiguity, F32, 9)]
    [InlineData(SafetensorsRule.Contiguity, F32, 7)]
    [InlineData(SafetensorsRule.Contiguity, """{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}""", 8)]
    [InlineData(SafetensorsRule.Size, """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Size, """{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Names, """{"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData(SafetensorsRule.Names, """{"a\u0000":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8)]
    public void BrokenRule_IsNamed(SafetensorsRule rule, string header, int dataLength, bool anyRule = false)
    {
        var exception = Assert.Throws<InvalidSafetensorsException>(() => Read(CreateFile(header, dataLength)));
        Assert.True(anyRule || exception.Rule == rule, exception.Message);
    }

    [Fact]
    public void FileLengthAndHeaderLength_AreChecked()
    {
        Assert.Equal(SafetensorsRule.FileLength, RuleOf([1, 2, 3]));
        var file = CreateFile(F32, 8);
        foreach (var length in new[] { ulong.MaxValue, (ulong)long.MaxValue, 1UL << 40, (16UL << 20) + 1, (ulong)file.Length })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(file, length);
            Assert.Equal(SafetensorsRule.HeaderLength, RuleOf(file));
        }
    }

    [Fact]
    public void InvalidUtf8_IsRefused()
    {
        foreach (var bad in new byte[][] { [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF], [0xE2, 0x82] })
        {
            byte[] header = [.. "{\"__metadata__\":{\"x\":\""u8, .. bad, .. "\"}}"u8];
            Assert.Equal(SafetensorsRule.Utf8, RuleOf(CreateFile(header, 0)));
        }
    }

    [Fact]
    public void TooManyTensorsAndTooLongNames_AreRefused()
    {
        string Entry(string name) => $$"""
            "{{name}}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}
            """;
        string Header(int count) => "{" + string.Join(',', Enumerable.Range(0, count).Select(i => Entry($"t{i}"))) + "}";
        Assert.Equal(10_000, Read(CreateFile(Header(10_000), 0)));
        Assert.Equal(SafetensorsRule.Names, RuleOf(CreateFile(Header(10_001), 0)));
        Assert.Equal(1, Read(CreateFile("{" + Entry(new string('x', 256)) + "}", 0)));
        Assert.Equal(SafetensorsRule.Names, RuleOf(CreateFile("{" + Entry(new string('x', 257)) + "}", 0)));
        var metadata = $$$"""{"__metadata__":{"x":"{{{new string('y', 2 << 20)}}}"}}""";
        Assert.Equal(SafetensorsRule.Metadata, RuleOf(CreateFile(metadata, 0)));
    }

    [Fact]
    public void HostileHeaders_CostLittleMemory()
    {
        foreach (var header in new[]
        {
            "{\"a\":" + new string('[', 15 << 20),
            "{\"a\":{\"shape\":[" + string.Join(',', Enumerable.Repeat("0", 5 << 20)) + "]}}",
            """{"a":{"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]}}""",
        })
        {
            var file = CreateFile(header, 16);
            var before = GC.GetAllocatedBytesForCurrentThread();
            RuleOf(file);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (2L * file.Length) + 100_000);
        }
    }

    [Fact]
    public void Truncation_AtEveryByte_IsRefused()
    {
        var file = CreateSample();
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidSafetensorsException>(() => Read(file[..length]));
        }
    }

    [Fact]
    public void FlippedHeaderBit_GivesAFileOrTheOneException()
    {
        var file = CreateSample();
        var headerEnd = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        var refused = 0;
        for (var bit = 0; bit < headerEnd * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Read(file);
            }
            catch (InvalidSafetensorsException)
            {
                refused++;
            }

            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        // What passes is another name, another dtype of the same size, other spaces: a valid file.
        Assert.InRange(refused, headerEnd * 4, headerEnd * 8);
    }

    [Fact]
    public void RandomDamage_GivesAFileOrTheOneException()
    {
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            var file = CreateSample();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                Read(file);
            }
            catch (InvalidSafetensorsException)
            {
            }
        }
    }

    [Fact]
    public void FileOfHuggingFace_IsRead()
    {
        using var scope = NewDisposeScope();
        using var reader = SafetensorsReader.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", "bert", "model.safetensors"));
        Assert.Equal(41, reader.Entries.Count);
        Assert.Equal("pt", reader.Metadata["format"]);
        Assert.Equal(136, reader.Read("bert.embeddings.word_embeddings.weight").shape[0]);
        Assert.All(reader.Entries, entry => reader.ReadFinite(entry.Name));
    }

    [Fact]
    public void NonFinite_IsFoundOnRequest()
    {
        using var scope = NewDisposeScope();
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16 })
            {
                using var reader = new SafetensorsReader(new MemoryStream(Write(("a", tensor([1f, value]).to(dtype)))));
                Assert.Equal(SafetensorsRule.Finite, Assert.Throws<InvalidSafetensorsException>(() => reader.ReadFinite("a")).Rule);
            }
        }

        using var fine = new SafetensorsReader(new MemoryStream(Write(("a", tensor([1f, -1f])), ("e", empty(0)), ("i", tensor([1L])))));
        Assert.All(fine.Entries, entry => fine.ReadFinite(entry.Name));
    }

    [Fact]
    public void BoolByte_OtherThanZeroAndOne_IsRefusedWhenRead()
    {
        var file = CreateFile("""{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}""", 2);
        file[^1] = 2;
        Assert.Equal(SafetensorsRule.Dtype, RuleOf(file));
    }

    [Fact]
    public void FileThatShrinksAfterwards_IsNoticed()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        stream.Write(CreateSample());
        using var reader = new SafetensorsReader(stream);
        stream.SetLength(stream.Length - 4);
        var name = reader.Entries.Last(entry => entry.ByteCount > 0).Name;
        Assert.Equal(SafetensorsRule.Unchanged, Assert.Throws<InvalidSafetensorsException>(() => reader.Read(name)).Rule);
    }

    internal static byte[] Write(params (string Name, Tensor Tensor)[] tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors.ToDictionary(pair => pair.Name, pair => pair.Tensor));
        return stream.ToArray();
    }

    private static SafetensorsRule RuleOf(byte[] file) => Assert.Throws<InvalidSafetensorsException>(() => Read(file)).Rule;

    // Reads everything there is; returns the number of tensors.
    private static int Read(byte[] file)
    {
        using var scope = NewDisposeScope();
        using var reader = new SafetensorsReader(new MemoryStream(file));
        foreach (var entry in reader.Entries)
        {
            reader.Read(entry.Name);
        }

        return reader.Entries.Count;
    }

    private static byte[] CreateFile(string header, int dataLength) => CreateFile(Encoding.UTF8.GetBytes(header), dataLength);

    private static byte[] CreateFile(byte[] header, int dataLength)
    {
        var file = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        return file;
    }

    private static byte[] CreateSample()
    {
        using var scope = NewDisposeScope();
        return Write(("weight", arange(6, dtype: ScalarType.Float32).view(2, 3)), ("mask", tensor([true, false])), ("none", empty(0, 3)));
    }
}
