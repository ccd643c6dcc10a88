namespace FeedbackService.Model.Configuration;

/// <summary>Recurrent encoder whose layers read in one direction, or in each of two on their own.</summary>
public abstract record DirectedEncoderConfig : RecurrentEncoderConfig
{
    /// <summary>Whether half of the hidden size reads backwards. Default true; then the hidden size is even.</summary>
    public bool Bidirectional { get; init; } = true;
}
