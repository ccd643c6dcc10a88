using FeedbackService.Model.Numerics;
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
}
