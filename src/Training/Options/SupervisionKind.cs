namespace FeedbackService.Training.Options;

/// <summary>Weight of each round's loss.</summary>
public enum SupervisionKind
{
    /// <summary>Grows with the round: (k + 1) / Σ.</summary>
    DepthWeighted,

    /// <summary>The same for every round.</summary>
    Uniform,

    /// <summary>The last round alone.</summary>
    Last,
}
