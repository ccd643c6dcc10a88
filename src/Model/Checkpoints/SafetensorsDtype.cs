using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>The allowed element types and what they are called in a file. Anything else is refused, never skipped.</summary>
internal static class SafetensorsDtype
{
    private static readonly Dictionary<string, ScalarType> ByName = new(StringComparer.Ordinal)
    {
        ["F64"] = ScalarType.Float64,
        ["F32"] = ScalarType.Float32,
        ["F16"] = ScalarType.Float16,
        ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    private static readonly Dictionary<ScalarType, string> Names = ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string Allowed => string.Join(", ", ByName.Keys);

    public static bool TryParse(string name, out ScalarType dtype) => ByName.TryGetValue(name, out dtype);

    /// <exception cref="NotSupportedException">The type has no place in a safetensors file.</exception>
    public static string NameOf(ScalarType dtype) => Names.TryGetValue(dtype, out var name)
        ? name
        : throw new NotSupportedException($"Tensors of type {dtype} cannot be written; allowed are {Allowed}.");

    public static int SizeOf(ScalarType dtype) => dtype switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    public static bool IsFloat(ScalarType dtype) =>
        dtype is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;
}
