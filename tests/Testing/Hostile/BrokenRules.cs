using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace FeedbackService.Testing.Hostile;

/// <summary>Safetensors files that are whole but for one rule of the format (SafetensorsRule), each rule in many ways.</summary>
internal sealed class BrokenRules : IHostileSource
{
    private const int Tensors = 3;

    public string Name => "broken rule";

    public HostileInput Make(long number, Random random)
    {
        var bytes = (number % 13) switch
        {
            0 => Length(random),
            1 => File(new string(' ', random.Next(1, 20)) + Header(random), 24),
            2 => File(Header(random) + Pick(random, "x", "\0", "{}", "\n", "\t"), 24),
            3 => Raw([.. Encoding.UTF8.GetBytes("{\"a"), (byte)random.Next(0x80, 0x100), .. Encoding.UTF8.GetBytes("\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}")], 8),
            4 => File(Pick(random, "{", "[]", "null", "{\"a\":1}", "{\"a\":[]}", "{,}", "{\"a\":{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}}", Twice(random)), 4),
            5 => File($"{{\"__metadata__\":{Pick(random, "1", "[]", "{\"a\":1}", "{\"a\":{}}", "null", "{\"a\":null}")},{Tensor("a", 0, 4)}}}", 4),
            6 => File($"{{\"a\":{{{Pick(random, "\"dtype\":\"F32\",\"shape\":[1]", "\"dtype\":\"F32\",\"data_offsets\":[0,4]", "\"shape\":[1],\"data_offsets\":[0,4]", "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1")}}}}}", 4),
            7 => File(One(dtype: Pick(random, "F8", "f32", "", "I4", "F128", "COMPLEX64", new string('F', random.Next(1, 5000)))), 4),
            8 => File(One(shape: Pick(random, "[-1]", "[1.5]", "[1e0]", "[\"1\"]", "1", "null", "[9223372036854775808]", "[1,1,1,1,1,1,1,1,1]", "[true]")), 4),
            9 => File(One(shape: Pick(random, "[9223372036854775807,9223372036854775807]", "[4294967296,4294967296]", "[4611686018427387904,4]", "[9223372036854775807,2,0]".Replace(",0", ",3", StringComparison.Ordinal))), 4),
            10 => File(One(offsets: Pick(random, "[4,0]", "[0]", "[0,4,8]", "[-4,0]", "[0,\"4\"]", "null", "[0,1e1]", "[0,18446744073709551616]")), 4),
            11 => Layout(random),
            _ => Names(random),
        };
        return new HostileInput(new Dictionary<string, byte[]> { [SmallWeights.Name] = bytes }, SmallWeights.Read, MustBeRefused: true);
    }

    // A length that the file has not, or no header has.
    private static byte[] Length(Random random)
    {
        var bytes = File(Header(random), 24);
        ulong[] lengths = [0, (ulong)bytes.Length, (ulong)bytes.Length - 7, ulong.MaxValue, long.MaxValue, 16777217, 100_000_001, (ulong)random.NextInt64()];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Pick(random, lengths));
        return bytes;
    }

    // Overlaps, holes, a rest, offsets that do not fit the shape.
    private static byte[] Layout(Random random) => random.Next(5) switch
    {
        0 => File($"{{{Tensor("a", 0, 8, "[2]")},{Tensor("b", 4, 12, "[2]")}}}", 12),
        1 => File($"{{{Tensor("a", 0, 4)},{Tensor("b", 8, 12)}}}", 12),
        2 => File($"{{{Tensor("a", 0, 4)}}}", 4 + random.Next(1, 100)),
        3 => File($"{{{Tensor("a", 4, 8)}}}", 8),
        _ => File($"{{{Tensor("a", 0, 8, $"[{random.Next(3, 100)}]")}}}", 8),
    };

    private static byte[] Names(Random random) => random.Next(4) switch
    {
        0 => File($"{{{Tensor("", 0, 4)}}}", 4),
        1 => File($"{{{Tensor(new string('n', random.Next(257, 3000)), 0, 4)}}}", 4),
        2 => File($"{{{Tensor("a\\u0000b", 0, 4)}}}", 4),
        _ => File("{" + string.Join(',', Enumerable.Range(0, 10_001).Select(index => Tensor(index.ToString(CultureInfo.InvariantCulture), 0, 0, "[0]"))) + "}", 0),
    };

    private static string Twice(Random random) => random.Next(2) == 0
        ? $"{{{Tensor("a", 0, 4)},{Tensor("a", 0, 4)}}}"
        : "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";

    private static string Header(Random random)
    {
        var order = Enumerable.Range(0, Tensors).OrderBy(_ => random.Next());
        return "{" + string.Join(',', order.Select(index => Tensor($"t{index}", 8 * index, (8 * index) + 8, "[2]"))) + "}";
    }

    private static string One(string dtype = "F32", string shape = "[1]", string offsets = "[0,4]") => $"{{\"a\":{{\"dtype\":\"{dtype}\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}";

    private static string Tensor(string name, int begin, int end, string shape = "[1]") => $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{begin},{end}]}}";

    private static byte[] File(string header, int data) => Raw(Encoding.UTF8.GetBytes(header), data);

    private static byte[] Raw(byte[] header, int data)
    {
        var bytes = new byte[8 + header.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        header.CopyTo(bytes, 8);
        return bytes;
    }

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
