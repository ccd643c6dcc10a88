namespace FeedbackService.Model.Inference;

/// <summary>Why a text took no further round.</summary>
public enum ExitReason
{
    /// <summary>All rounds of the classifier were run (also: it has none).</summary>
    None,

    /// <summary>The prediction had settled by the exit rule.</summary>
    Settled,

    /// <summary>The cap of the request was reached before the classifier's last round.</summary>
    MaxRounds,
}
