using System.Text.Json.Serialization;

namespace FeedbackService.Model.Configuration;

/// <summary>The feedback loop around an encoder (reference definition: docs/architecture.md, "The model").</summary>
public sealed record FeedbackConfig
{
    /// <summary>Most rounds that a classifier may have.</summary>
    public const int MostRounds = 8;

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
    /// How many of the last links between rounds gradients pass through when training, 0 to 8: 0 (default) takes every
    /// round's predecessor, its logits and states, as given; <see cref="Rounds"/> or more unrolls all rounds. In between it is the
    /// truncated back-propagation of looped models (Geng et al. 2021, arXiv:2111.05177). The text itself, H_m, always
    /// passes gradients. Without effect on outputs.
    /// </summary>
    public int BackpropRounds { get; init; }

    /// <summary>
    /// What files written before <see cref="BackpropRounds"/> say in its place: true for 0, false for all. Read, never written; null.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? StopGradient
    {
        get => null;
        init => BackpropRounds = value is false ? MostRounds : 0;
    }

    /// <summary>
    /// Probability in [0, 1) that a text of a training batch gets no signal in a round (Chen et al. 2022,
    /// arXiv:2208.04202), so that the loop learns to correct predictions and not to confirm them. Default 0.
    /// </summary>
    public double SignalDropout { get; init; }

    /// <summary>
    /// Probability in [0, 1) that, in a round of training, the loop is told another text's prediction in place of the text's own,
    /// so that it learns to correct a wrong prediction instead of repeating it. The other text is drawn from the batch and
    /// may happen to have the same label. Drawn before <see cref="SignalDropout"/>. Default 0.
    /// </summary>
    public double WrongPrediction { get; init; }
}
