namespace FeedbackService.Model.Tokenization;

/// <summary>Where a token stands in its source text, in UTF-16 code units.</summary>
/// <param name="Start">First code unit; equal to <paramref name="End"/> for special tokens.</param>
/// <param name="End">One past the last code unit.</param>
/// <param name="Pair">True when the token comes from <see cref="TextInput.TextPair"/>.</param>
public readonly record struct TokenSpan(int Start, int End, bool Pair = false);
