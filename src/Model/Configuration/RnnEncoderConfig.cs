namespace FeedbackService.Model.Configuration;

/// <summary>Elman's network (Elman 1990): h_t = f(W·x_t + U·h_{t−1} + b), h_0 = 0.</summary>
public sealed record RnnEncoderConfig : DirectedEncoderConfig
{
    /// <summary>f. Default tanh.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.Tanh;
}
