using System.Text.Json;
using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>Reads the JSON of a safetensors header token by token, so that a hostile one costs no more than its own size.</summary>
internal sealed class SafetensorsHeaderParser
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private Dictionary<string, string>? _metadata;

    public List<SafetensorsEntry> Entries { get; } = [];

    public IReadOnlyDictionary<string, string> Metadata => _metadata ?? [];

    public void Parse(ReadOnlySpan<byte> header)
    {
        var reader = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = SafetensorsHeader.MaxDepth });
        reader.Read();
        while (Next(ref reader, JsonTokenType.EndObject))
        {
            var name = reader.GetString()!;
            if (!_names.Add(name))
            {
                throw Broken(SafetensorsRule.Json, $"the key '{Shown(name)}' comes twice.");
            }

            reader.Read();
            if (name == SafetensorsHeader.MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                ReadTensor(name, ref reader);
            }
        }

        // The reader stops behind the closing brace; it would let any white space follow.
        if (header[(int)reader.BytesConsumed..].ContainsAnyExcept((byte)' '))
        {
            throw Broken(SafetensorsRule.HeaderPadding, "something other than spaces follows the header's JSON.");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Broken(SafetensorsRule.Metadata, "__metadata__ is not an object.");
        }

        var start = reader.TokenStartIndex;
        _metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (Next(ref reader, JsonTokenType.EndObject))
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Broken(SafetensorsRule.Metadata, $"the value of '{Shown(key)}' in __metadata__ is not a string.");
            }

            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw Broken(SafetensorsRule.Json, $"the key '{Shown(key)}' comes twice in __metadata__.");
            }

            if (reader.BytesConsumed - start > SafetensorsHeader.MaxMetadataBytes)
            {
                throw Broken(SafetensorsRule.Metadata, $"__metadata__ has more than {SafetensorsHeader.MaxMetadataBytes} bytes.");
            }
        }
    }

    private void ReadTensor(string name, ref Utf8JsonReader reader)
    {
        if (name.Length is 0 or > SafetensorsHeader.MaxNameLength || name.Any(char.IsControl))
        {
            throw Broken(SafetensorsRule.Names, $"the tensor name '{Shown(name)}' is empty, too long or has control characters.");
        }

        if (Entries.Count == SafetensorsHeader.MaxTensors)
        {
            throw Broken(SafetensorsRule.Names, $"there are more than {SafetensorsHeader.MaxTensors} tensors.");
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Broken(SafetensorsRule.Members, $"'{name}' is not an object.");
        }

        ScalarType? dtype = null;
        List<long>? shape = null;
        List<long>? offsets = null;
        while (Next(ref reader, JsonTokenType.EndObject))
        {
            var member = reader.GetString()!;
            reader.Read();
            switch (member)
            {
                case "dtype" when dtype is null:
                    dtype = ReadDtype(name, ref reader);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(name, member, SafetensorsRule.Shape, SafetensorsHeader.MaxRank, ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(name, member, SafetensorsRule.Offsets, 2, ref reader);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Broken(SafetensorsRule.Json, $"the key '{member}' comes twice in '{name}'.");
                default:
                    throw Broken(SafetensorsRule.Members, $"'{name}' has the unknown member '{Shown(member)}'.");
            }
        }

        if (dtype is null || shape is null || offsets is null)
        {
            throw Broken(SafetensorsRule.Members, $"'{name}' lacks dtype, shape or data_offsets.");
        }

        if (offsets.Count != 2 || offsets[0] > offsets[1])
        {
            throw Broken(SafetensorsRule.Offsets, $"the offsets of '{name}' are not a beginning and an end.");
        }

        var size = SizeOf(name, dtype.Value, shape);
        if (offsets[1] - offsets[0] != size)
        {
            throw Broken(SafetensorsRule.Size, $"'{name}' takes {offsets[1] - offsets[0]} bytes; dtype and shape say {size}.");
        }

        Entries.Add(new SafetensorsEntry(name, dtype.Value, shape, offsets[0], offsets[1]));
    }

    private static ScalarType ReadDtype(string name, ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && SafetensorsDtype.TryParse(reader.GetString()!, out var dtype)
            ? dtype
            : throw Broken(SafetensorsRule.Dtype, $"the dtype of '{name}' is not one of {SafetensorsDtype.Allowed}.");

    private static List<long> ReadNumbers(string name, string member, SafetensorsRule rule, int most, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Broken(rule, $"{member} of '{name}' is not a list.");
        }

        var numbers = new List<long>();
        while (true)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return numbers;
            }

            // TryGetInt64 takes no fraction and no exponent; "-0" it does take.
            if (reader.TokenType != JsonTokenType.Number || reader.ValueSpan[0] == '-' || !reader.TryGetInt64(out var number))
            {
                throw Broken(rule, $"{member} of '{name}' holds something that is not a whole number from 0 to 2^63 - 1.");
            }

            if (numbers.Count == most)
            {
                throw Broken(rule, $"{member} of '{name}' has more than {most} numbers.");
            }

            numbers.Add(number);
        }
    }

    // Zeros are left out of the product first: one must not hide that the others cannot be counted.
    private static long SizeOf(string name, ScalarType dtype, List<long> shape)
    {
        UInt128 size = (UInt128)SafetensorsDtype.SizeOf(dtype);
        foreach (var dimension in shape)
        {
            size *= (UInt128)Math.Max(dimension, 1);
            if (size > long.MaxValue)
            {
                throw Broken(SafetensorsRule.Overflow, $"'{name}' is larger than can be counted.");
            }
        }

        return shape.Contains(0) ? 0 : (long)size;
    }

    // True at the next member's name; false at the end of the object.
    private static bool Next(ref Utf8JsonReader reader, JsonTokenType end)
    {
        reader.Read();
        return reader.TokenType != end;
    }

    private static string Shown(string name) => name.Length <= 80 ? name : name[..80] + "…";

    private static InvalidSafetensorsException Broken(SafetensorsRule rule, string reason) => new(rule, reason);
}
