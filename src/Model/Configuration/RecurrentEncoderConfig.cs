namespace FeedbackService.Model.Configuration;

/// <summary>Recurrent encoder over word pieces: the state of a token hangs on those of its neighbours.</summary>
public abstract record RecurrentEncoderConfig : EncoderConfig
{
    /// <summary>Number of token ids V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Whether tokens of the second text of a pair are told from those of the first, by a learned vector. Default false; texts alone come out the same either way.</summary>
    public bool ReadsPairs { get; init; }

    /// <inheritdoc/>
    public override int TokenIds => VocabularySize;
}
