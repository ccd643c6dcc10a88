namespace FeedbackService.Model.Configuration;

/// <summary>How a transformer is told where a token stands.</summary>
public enum PositionKind
{
    /// <summary>A learned vector per position, as in BERT.</summary>
    Learned,

    /// <summary>Sines and cosines of fixed wavelengths (Vaswani et al. 2017, section 3.5); token vectors are scaled by √H beside them (section 3.4).</summary>
    Sinusoidal,
}
