using FeedbackService.Model.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FeedbackService.Model;

/// <summary>How new parameters start. All draws come from torch's global generator, which the trainer seeds.</summary>
internal static class Initialization
{
    /// <summary>Standard deviation 0.02 of BERT and GPT-2, also that of the feedback loop's definition.</summary>
    public const double SmallDeviation = 0.02;

    /// <summary>
    /// A linear layer with weights N(0, deviation²) and zero bias. Without <paramref name="deviation"/> it is 1/√inputs,
    /// which keeps the variance of its input.
    /// </summary>
    public static Linear Linear(long inputs, long outputs, bool bias = true, double? deviation = null)
    {
        var linear = nn.Linear(inputs, outputs, hasBias: bias);
        nn.init.normal_(linear.weight!, 0, deviation ?? (1 / Math.Sqrt(inputs)));
        if (bias)
        {
            nn.init.zeros_(linear.bias!);
        }

        return linear;
    }

    /// <summary>Sets the rows of an embedding table to N(0, deviation²).</summary>
    public static void Normal(Embedding embedding, double deviation) => nn.init.normal_(embedding.weight!, 0, deviation);

    /// <summary>A parameter N(0, deviation²) of the given shape, owned by the module that keeps it.</summary>
    public static Parameter Normal(double deviation, params long[] shape)
    {
        // A bare parameter would inherit the scope of the tensor it is made from.
        using var scope = NewDisposeScope();
        return Detached(randn(shape).ScaleInPlace(deviation));
    }

    /// <summary>
    /// Sets all of a parameter to draws of N(0, deviation²) cut at two deviations: √2·σ·erf⁻¹(u) with u uniform in ±erf(√2). TorchSharp 0.107's trunc_normal_ cuts elsewhere.
    /// </summary>
    public static void TruncatedNormal(Parameter parameter, double deviation)
    {
        const double ErfOfRootTwo = 0.9544997361036416;
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        nn.init.uniform_(parameter, -ErfOfRootTwo, ErfOfRootTwo);
        parameter.erfinv_().ScaleInPlace(Math.Sqrt(2) * deviation);
    }

    /// <summary>A square parameter that turns and stretches by <paramref name="gain"/>, owned by the module that keeps it.</summary>
    public static Parameter Orthogonal(double gain, long size)
    {
        using var scope = NewDisposeScope();
        return Detached(nn.init.orthogonal_(empty(size, size), gain));
    }

    /// <summary>A parameter with one value everywhere, owned by the module that keeps it.</summary>
    public static Parameter Constant(double value, params long[] shape)
    {
        using var scope = NewDisposeScope();
        using var number = value.ToScalar();
        return Detached(full(shape, number, dtype: float32));
    }

    /// <summary>Sets all of a parameter to one value.</summary>
    public static void Fill(Parameter parameter, double value)
    {
        // Nothing else may turn the number into a scalar; TensorArithmetic says why.
        using var number = value.ToScalar();
        nn.init.constant_(parameter, number);
    }

    private static Parameter Detached(Tensor values)
    {
        var parameter = nn.Parameter(values);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}
