namespace FeedbackService.Training.Loop;

/// <summary>The loss or the gradient became infinite or not a number.</summary>
public sealed class DivergedTrainingException : Exception
{
    /// <summary>Stable code.</summary>
    public const string Code = "training_diverged";

    /// <summary>Creates the exception.</summary>
    /// <param name="step">The step at which it happened.</param>
    /// <param name="loss">The loss of that step.</param>
    /// <param name="gradientNorm">The norm of the gradient of that step.</param>
    public DivergedTrainingException(long step, double loss, double gradientNorm)
        : base($"At step {step} the loss is {loss} and the gradient's norm {gradientNorm}; lower learning_rate, or set max_grad_norm.") => Step = step;

    /// <summary>The step at which it happened.</summary>
    public long Step { get; }
}
