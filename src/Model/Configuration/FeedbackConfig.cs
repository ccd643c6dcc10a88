namespace FeedbackService.Model.Configuration;

/// <summary>The feedback loop around an encoder (reference definition: docs/architecture.md, "The model").</summary>
public sealed record FeedbackConfig
{
    /// <summary>How the prediction becomes a signal for the token states. Default attention.</summary>
    public FeedbackKind Feedback { get; init; } = FeedbackKind.Attention;

    /// <summary>How the signal is merged into the token states. Default gated.</summary>
    public FusionKind Fusion { get; init; } = FusionKind.Gated;

    /// <summary>Number of feedback rounds K after the plain pass, 1 to 8. Default 1.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Layer m whose output the fused states are added to: 0 = embedding output, at most L. Default 0.</summary>
    public int ReentryLayer { get; init; }

    /// <summary>Residual adds γ ⊙ (…) to layer m's round-0 output; replace puts the fused states there instead.</summary>
    public InjectKind Inject { get; init; } = InjectKind.Residual;

    /// <summary>Heads of attention feedback and attention fusion; divides the hidden size. Default 4.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Initial value of every component of γ. 0 (default) makes the model equal to the plain one at the start.</summary>
    public double InitialScale { get; init; }

    /// <summary>
    /// Treat the previous round's logits and states as given when training (default), so that each round learns to
    /// improve on its predecessor. False unrolls gradients through all rounds. Without effect on outputs.
    /// </summary>
    public bool StopGradient { get; init; } = true;

    /// <summary>
    /// Probability in [0, 1) that a text of a training batch gets no signal in a round (Chen et al. 2022,
    /// arXiv:2208.04202), so that the loop learns to correct predictions and not to confirm them. Default 0.
    /// </summary>
    public double SignalDropout { get; init; }
}
