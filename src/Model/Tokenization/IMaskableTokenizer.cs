namespace FeedbackService.Model.Tokenization;

/// <summary>A tokenizer whose tokens can be hidden and guessed: what pre-training needs to know of it.</summary>
public interface IMaskableTokenizer : ITextTokenizer
{
    /// <summary>Id of the token that stands for a hidden one; null when the vocabulary has none, and then nothing can be hidden.</summary>
    int? MaskId { get; }

    /// <summary>The id is no part of a text: padding, unknown, mask, or a mark of beginnings and ends. Such tokens are never hidden and never drawn in place of others.</summary>
    /// <param name="id">0 … VocabularySize − 1.</param>
    bool IsSpecial(int id);

    /// <summary>
    /// The token begins a word, as its spelling says: no <c>##</c> of WordPiece, the leading space of byte-level BPE. A token that is the first of a text or stands behind a special one begins
    /// a word whatever its spelling; whoever looks at whole texts sees that.
    /// </summary>
    /// <param name="id">0 … VocabularySize − 1.</param>
    bool BeginsWord(int id);
}
