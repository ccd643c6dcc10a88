namespace FeedbackService.Model.Inference;

/// <summary>How far one text is taken through the rounds, and what is reported of the way.</summary>
public sealed record PredictionOptions
{
    /// <summary>All rounds as trained, no early exit, no trace.</summary>
    public static PredictionOptions Default { get; } = new();

    /// <summary>Feedback rounds at most: 0 = the plain pass; null (default) = as trained; more than trained clamps.</summary>
    public int? MaxRounds { get; init; }

    /// <summary>Stop when the calibrated top probability reaches this, in (0, 1]; null (default) = all rounds.</summary>
    public double? ExitThreshold { get; init; }

    /// <summary>
    /// Stop when two successive rounds give the same label (of several: the same labels) and ‖p^k − p^{k−1}‖₁ of the calibrated
    /// probabilities is less than this, in (0, 2]; null (default) = all rounds. No sooner than after round 1.
    /// </summary>
    public double? ExitChange { get; init; }

    /// <summary>Report every round: scores, entropy, attention, gate.</summary>
    public bool WithTrace { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is left.</exception>
    internal void ThrowIfInvalid()
    {
        if (MaxRounds < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxRounds), MaxRounds, "The cap of rounds is negative.");
        }

        if (ExitThreshold is { } threshold && threshold is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ExitThreshold), threshold, "The exit threshold is not in (0, 1].");
        }

        if (ExitChange is { } change && change is not (> 0 and <= 2))
        {
            throw new ArgumentOutOfRangeException(nameof(ExitChange), change, "The exit change is not in (0, 2].");
        }
    }
}
