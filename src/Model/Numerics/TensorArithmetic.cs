using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Model.Numerics;

/// <summary>
/// Arithmetic of tensors with numbers that no garbage collection can disturb. Use it in place of TorchSharp's operators and
/// of methods that turn a number into a <see cref="Scalar"/> by themselves; eng/BannedSymbols.Tensors.txt lists those.
/// </summary>
/// <remarks>
/// TorchSharp 0.107 hands the native handle of a scalar to libtorch and keeps no reference to the object. A collection that
/// another thread triggers during the call may finalize it, and libtorch reads freed memory: a wrong number or an exception
/// such as "For integral input tensors, argument alpha must not be a floating point number". Sums of two tensors are
/// concerned too, by the factor 1 they imply; differences, products and quotients of two tensors are not.
/// Every scalar here lives until the call has returned. Results are those of the operators bit for bit.
/// Methods ending in <c>InPlace</c> change their first argument and return it under a new handle, which belongs to the
/// current dispose scope.
/// </remarks>
public static class TensorArithmetic
{
    // As TorchSharp's own: an integer, for libtorch refuses a fraction as the factor of integral tensors.
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>left + right, element by element with broadcasting.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => Checked(left).add(right, One);

    /// <summary>left + right; an integral tensor becomes float32.</summary>
    public static Tensor Plus(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return Checked(left).add(number, One);
    }

    /// <summary>left + right in the dtype of <paramref name="left"/>.</summary>
    public static Tensor Plus(this Tensor left, long right)
    {
        using var number = right.ToScalar();
        return Checked(left).add(number, One);
    }

    /// <summary>left + factor·right.</summary>
    public static Tensor PlusScaled(this Tensor left, Tensor right, double factor)
    {
        using var number = factor.ToScalar();
        return Checked(left).add(right, number);
    }

    /// <summary>A copy of <paramref name="target"/> whose row index[i] has source[i] added, for every i in order.</summary>
    /// <param name="target">[R, …].</param>
    /// <param name="index">[N] int64, each below R; may repeat.</param>
    /// <param name="source">[N, …].</param>
    public static Tensor PlusRows(this Tensor target, Tensor index, Tensor source) => Checked(target).index_add(0, index, source, One);

    /// <summary>left − right; an integral tensor becomes float32.</summary>
    public static Tensor Minus(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return Checked(left).sub(number);
    }

    /// <summary>left · right; an integral tensor becomes float32.</summary>
    public static Tensor Times(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return Checked(left).mul(number);
    }

    /// <summary>left / right; an integral tensor becomes float32.</summary>
    public static Tensor DividedBy(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return Checked(left).div(number);
    }

    /// <summary>left ≥ right, element by element. bool.</summary>
    public static Tensor IsAtLeast(this Tensor left, double right)
    {
        using var number = right.ToScalar();
        return Checked(left).ge(number);
    }

    /// <summary>max(tensor, least), element by element; NaN stays.</summary>
    public static Tensor ClampMin(this Tensor tensor, double least)
    {
        using var number = least.ToScalar();
        return Checked(tensor).clamp_min(number);
    }

    /// <summary>A copy with <paramref name="value"/> where <paramref name="mask"/> (bool, broadcast) is true.</summary>
    public static Tensor MaskedFillWith(this Tensor tensor, Tensor mask, double value)
    {
        using var number = value.ToScalar();
        return Checked(tensor).masked_fill(mask, number);
    }

    /// <summary>target ← target + addend.</summary>
    public static Tensor AddInPlace(this Tensor target, Tensor addend) => Checked(target).add_(addend, One);

    /// <summary>target ← target + addend, for floating-point tensors.</summary>
    public static Tensor AddInPlace(this Tensor target, double addend)
    {
        using var number = addend.ToScalar();
        return Checked(target).add_(number, One);
    }

    /// <summary>target ← target + addend.</summary>
    public static Tensor AddInPlace(this Tensor target, long addend)
    {
        using var number = addend.ToScalar();
        return Checked(target).add_(number, One);
    }

    /// <summary>target ← target + factor·addend.</summary>
    public static Tensor AddScaledInPlace(this Tensor target, Tensor addend, double factor)
    {
        using var number = factor.ToScalar();
        return Checked(target).add_(addend, number);
    }

    /// <summary>target ← target + factor·left·right.</summary>
    public static Tensor AddProductInPlace(this Tensor target, Tensor left, Tensor right, double factor)
    {
        using var number = factor.ToScalar();
        return Checked(target).addcmul_(left, right, number);
    }

    /// <summary>target ← target + factor·numerator / denominator.</summary>
    public static Tensor AddQuotientInPlace(this Tensor target, Tensor numerator, Tensor denominator, double factor)
    {
        using var number = factor.ToScalar();
        return Checked(target).addcdiv_(numerator, denominator, number);
    }

    /// <summary>Row index[i] of <paramref name="target"/> gets source[i] added, for every i in order; shapes as in <see cref="PlusRows"/>.</summary>
    public static Tensor AddRowsInPlace(this Tensor target, Tensor index, Tensor source) => Checked(target).index_add_(0, index, source, One);

    /// <summary>target ← factor·target, for floating-point tensors.</summary>
    public static Tensor ScaleInPlace(this Tensor target, double factor)
    {
        using var number = factor.ToScalar();
        return Checked(target).mul_(number);
    }

    /// <summary>target ← target / divisor, for floating-point tensors.</summary>
    public static Tensor DivideInPlace(this Tensor target, double divisor)
    {
        using var number = divisor.ToScalar();
        return Checked(target).div_(number);
    }

    private static Tensor Checked(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor;
    }
}
