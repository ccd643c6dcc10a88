using static TorchSharp.torch;

namespace FeedbackService.Model.Checkpoints;

/// <summary>A tensor as the header describes it.</summary>
/// <param name="Name">Its key in the state dictionary.</param>
/// <param name="Dtype">Its element type.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
public sealed record SafetensorsEntry(string Name, ScalarType Dtype, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Size in bytes.</summary>
    public long ByteCount => End - Begin;
}
