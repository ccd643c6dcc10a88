using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Numerics;

/// <summary>Tensors of fewer bits than float32, and modules that hold such.</summary>
internal static class NarrowTensors
{
    /// <summary>float32 of anything narrower, else the tensor itself: for what would be lost in the eight bits of bfloat16.</summary>
    public static Tensor Widened(this Tensor tensor) =>
        tensor.dtype is ScalarType.BFloat16 or ScalarType.Float16 ? tensor.to(ScalarType.Float32) : tensor;

    /// <summary>Rounds all floating-point parameters and buffers of a module; float32 leaves it as it is. As when it is moved, parameters may be replaced.</summary>
    public static void RoundTo(this nn.Module module, ComputePrecision precision)
    {
        if (precision == ComputePrecision.Bfloat16)
        {
            module.to(ScalarType.BFloat16);
        }
    }
}
