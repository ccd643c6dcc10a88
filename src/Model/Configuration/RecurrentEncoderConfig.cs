namespace FeedbackService.Model.Configuration;

/// <summary>Recurrent encoder over word pieces: the state of a token hangs on those of its neighbours.</summary>
public abstract record RecurrentEncoderConfig : EncoderConfig
{
    /// <summary>Number of token ids V.</summary>
    public required int VocabularySize { get; init; }
}
