using FeedbackService.Model.Numerics;

namespace FeedbackService.Training.Optimization;

/// <summary>Gradient descent with momentum, as in PyTorch: g ← g + λθ; v ← μv + g; θ ← θ − ηv, with μ = 0.9.</summary>
public sealed class SgdOptimizer(IReadOnlyList<TrainableParameter> parameters, double weightDecay)
    : ParameterOptimizer(parameters, weightDecay)
{
    private const double Momentum = 0.9;
    private const string Velocity = "momentum_buffer";

    /// <inheritdoc/>
    protected override void StepDense(ParameterGradient gradient, double rate, double decay)
    {
        var weight = gradient.Parameter.Value;
        var velocity = Slot(gradient.Parameter, Velocity);
        velocity.ScaleInPlace(Momentum).AddInPlace(gradient.Values);
        if (decay > 0)
        {
            velocity.AddScaledInPlace(weight, decay);
        }

        weight.AddScaledInPlace(velocity, -rate);
    }
}
