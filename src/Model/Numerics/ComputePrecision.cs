namespace FeedbackService.Model.Numerics;

/// <summary>Element type in which a model computes.</summary>
public enum ComputePrecision
{
    /// <summary>24 bits of mantissa.</summary>
    Float32,

    /// <summary>
    /// 8 bits of mantissa and the range of float32: for devices with units that multiply it. Weights and token states are bfloat16; sums over tokens, the head, logits,
    /// probabilities and solvers are float32.
    /// </summary>
    Bfloat16,
}
