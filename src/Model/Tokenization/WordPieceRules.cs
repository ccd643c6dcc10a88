namespace FeedbackService.Model.Tokenization;

/// <summary>By which rules <see cref="WordPieceTextTokenizer"/> cleans a text and cuts it into words.</summary>
public enum WordPieceRules
{
    /// <summary>BERT's original code (<see cref="BertWordSplitter"/>): unassigned characters dropped, accents that stay composed.</summary>
    Original,

    /// <summary>Hugging Face's tokenizers library, to the letter: what checkpoints from there were trained and are served with.</summary>
    Fast,
}
