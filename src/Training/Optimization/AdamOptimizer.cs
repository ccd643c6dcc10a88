using System.Numerics;
using System.Runtime.InteropServices;
using FeedbackService.Model.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace FeedbackService.Training.Optimization;

/// <summary>
/// Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019, algorithm 2):
/// m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − η·(m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).
/// Adam adds λθ to g; AdamW takes θ ← θ(1 − ηλ) first.
/// </summary>
public sealed class AdamOptimizer(IReadOnlyList<TrainableParameter> parameters, double weightDecay, bool decoupled)
    : ParameterOptimizer(parameters, weightDecay)
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private const string FirstMoment = "exp_avg";
    private const string SecondMoment = "exp_avg_sq";

    /// <inheritdoc/>
    protected override void StepDense(ParameterGradient gradient, double rate, double decay)
    {
        var (weight, first, second) = (gradient.Parameter.Value, Slot(gradient.Parameter, FirstMoment), Slot(gradient.Parameter, SecondMoment));
        var step = CountStep(gradient.Parameter);
        var slope = Decay(weight, gradient.Values, rate, decay);
        first.ScaleInPlace(Beta1).AddScaledInPlace(slope, 1 - Beta1);
        second.ScaleInPlace(Beta2).AddProductInPlace(slope, slope, 1 - Beta2);
        var denominator = second.sqrt().DivideInPlace(Math.Sqrt(1 - Math.Pow(Beta2, step))).AddInPlace(Epsilon);
        weight.AddQuotientInPlace(first, denominator, -rate / (1 - Math.Pow(Beta1, step)));
    }

    /// <inheritdoc/>
    protected override void StepRows(ParameterGradient gradient, long[] rows, double rate, double decay)
    {
        var weight = gradient.Parameter.Value;
        var (first, second) = (Slot(gradient.Parameter, FirstMoment), Slot(gradient.Parameter, SecondMoment));
        var steps = StepCounter(gradient.Parameter, weight.shape[0]);
        if (weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32)
        {
            StepRowsOnCpu(weight, gradient.Values, first, second, steps, rows, rate, decay);
            return;
        }

        var rowsOnCpu = tensor(rows);
        var stepsNow = steps.index_select(0, rowsOnCpu).AddInPlace(1);
        steps.index_copy_(0, rowsOnCpu, stepsNow);
        var at = rowsOnCpu.to(weight.device);
        var elapsed = stepsNow.to(ScalarType.Float64).unsqueeze(1).to(weight.device); // [R, 1]
        var (weightRows, firstRows, secondRows) = (weight.index_select(0, at), first.index_select(0, at), second.index_select(0, at));
        var slope = Decay(weightRows, gradient.Values, rate, decay);
        firstRows.ScaleInPlace(Beta1).AddScaledInPlace(slope, 1 - Beta1);
        secondRows.ScaleInPlace(Beta2).AddProductInPlace(slope, slope, 1 - Beta2);
        var correction1 = elapsed.Times(Math.Log(Beta1)).exp_().neg_().AddInPlace(1.0).to(weight.dtype);
        var correction2 = elapsed.Times(Math.Log(Beta2)).exp_().neg_().AddInPlace(1.0).sqrt_().to(weight.dtype);
        var denominator = secondRows.sqrt().div_(correction2).AddInPlace(Epsilon).mul_(correction1);
        weight.index_copy_(0, at, weightRows.AddQuotientInPlace(firstRows, denominator, -rate));
        first.index_copy_(0, at, firstRows);
        second.index_copy_(0, at, secondRows);
    }

    // One pass over each row in place of a dozen tensor operations over copies of them.
    private void StepRowsOnCpu(Tensor weight, Tensor values, Tensor first, Tensor second, Tensor steps, long[] rows, double rate, double decay)
    {
        var width = (int)weight.shape[1];
        RowRanges.For(rows.Length, width, (from, to) =>
        {
            var allSteps = MemoryMarshal.Cast<byte, long>(steps.bytes);
            var allWeights = Floats(weight);
            var allSlopes = Floats(values);
            var allFirst = Floats(first);
            var allSecond = Floats(second);
            for (var i = from; i < to; i++)
            {
                var row = (int)rows[i];
                var step = ++allSteps[row];
                UpdateRow(
                    allWeights.Slice(row * width, width),
                    allSlopes.Slice(i * width, width),
                    allFirst.Slice(row * width, width),
                    allSecond.Slice(row * width, width),
                    new RowRates(
                        Keep: (float)(decoupled ? 1 - (rate * decay) : 1),
                        L2: (float)(decoupled ? 0 : decay),
                        Size: (float)(rate / (1 - Math.Pow(Beta1, step))),
                        Spread: (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, step)))));
            }
        });
    }

    private static void UpdateRow(Span<float> weight, ReadOnlySpan<float> slope, Span<float> first, Span<float> second, RowRates rates)
    {
        const float KeepFirst = (float)Beta1, AddFirst = (float)(1 - Beta1), KeepSecond = (float)Beta2, AddSecond = (float)(1 - Beta2), Small = (float)Epsilon;
        var vectors = weight.Length / Vector<float>.Count;
        var w = MemoryMarshal.Cast<float, Vector<float>>(weight);
        var g = MemoryMarshal.Cast<float, Vector<float>>(slope);
        var m = MemoryMarshal.Cast<float, Vector<float>>(first);
        var v = MemoryMarshal.Cast<float, Vector<float>>(second);
        var small = new Vector<float>(Small);
        for (var i = 0; i < vectors; i++)
        {
            var gradient = g[i] + (w[i] * rates.L2);
            m[i] = (m[i] * KeepFirst) + (gradient * AddFirst);
            v[i] = (v[i] * KeepSecond) + (gradient * gradient * AddSecond);
            w[i] = (w[i] * rates.Keep) - (m[i] * rates.Size / ((Vector.SquareRoot(v[i]) * rates.Spread) + small));
        }

        for (var i = vectors * Vector<float>.Count; i < weight.Length; i++)
        {
            var gradient = slope[i] + (weight[i] * rates.L2);
            first[i] = (first[i] * KeepFirst) + (gradient * AddFirst);
            second[i] = (second[i] * KeepSecond) + (gradient * gradient * AddSecond);
            weight[i] = (weight[i] * rates.Keep) - (first[i] * rates.Size / ((MathF.Sqrt(second[i]) * rates.Spread) + Small));
        }
    }

    private Tensor Decay(Tensor weight, Tensor gradient, double rate, double decay)
    {
        if (decay == 0)
        {
            return gradient;
        }

        if (!decoupled)
        {
            return gradient.PlusScaled(weight, decay);
        }

        weight.ScaleInPlace(1 - (rate * decay));
        return gradient;
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    private readonly record struct RowRates(float Keep, float L2, float Size, float Spread);
}
