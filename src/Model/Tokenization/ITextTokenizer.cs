namespace FeedbackService.Model.Tokenization;

/// <summary>Turns text into token ids. Implementations are immutable and safe for concurrent use.</summary>
public interface ITextTokenizer
{
    /// <summary>Number of distinct ids; every id is in [0, VocabularySize).</summary>
    int VocabularySize { get; }

    /// <summary>Encodes one input, cut to <paramref name="maxTokens"/> (the longer text of a pair is cut first).</summary>
    /// <param name="input">Not <see cref="TextInput.IsEmpty"/>.</param>
    /// <param name="maxTokens">Upper bound of the number of ids, special tokens included; at least 4.</param>
    /// <param name="withSpans">Also fill <see cref="TokenizedText.Spans"/>.</param>
    /// <returns>At least one id, also for text made only of characters the tokenizer does not know.</returns>
    TokenizedText Encode(TextInput input, int maxTokens, bool withSpans = false);

    /// <summary>Writes what the tokenizer loader needs to build the same tokenizer again.</summary>
    /// <param name="directory">An existing folder.</param>
    void Save(string directory);
}
