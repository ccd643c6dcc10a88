namespace FeedbackService.Model.Configuration;

/// <summary>Recurrent encoder over word pieces: the state of a token hangs on the tokens before it, and in the other direction on those after it.</summary>
public abstract record RecurrentEncoderConfig : EncoderConfig
{
    /// <summary>Number of token ids V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Whether half of the hidden size reads backwards. Default true; then the hidden size is even.</summary>
    public bool Bidirectional { get; init; } = true;

    /// <summary>Whether tokens of the second text of a pair are told from those of the first, by a learned vector. Default false; texts alone come out the same either way.</summary>
    public bool ReadsPairs { get; init; }
}
