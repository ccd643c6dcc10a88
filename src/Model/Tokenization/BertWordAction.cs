namespace FeedbackService.Model.Tokenization;

/// <summary>Called for every word in text order; the spans are valid during the call only.</summary>
/// <param name="word">The normalised word, at most one character longer than the longest allowed.</param>
/// <param name="starts">Where each code unit of the word begins in the source text.</param>
/// <param name="ends">Where each code unit of the word ends in the source text.</param>
/// <param name="tooLong">The word is longer than <see cref="WordPieceConfig.MaxWordLength"/>; only its beginning is given.</param>
public delegate void BertWordAction(ReadOnlySpan<char> word, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends, bool tooLong);
