using FeedbackService.Model.Files;
namespace FeedbackService.Model.Tokenization.Added;

/// <summary>The added tokens of a tokenizer: first those found in the text as written, then, in what lies between, those found in the normalised text.</summary>
internal sealed class AddedTokenSet
{
    private readonly AddedTokenSplitter? _written;
    private readonly AddedTokenSplitter? _normalized;

    /// <param name="tokens">All tokens.</param>
    /// <param name="normalize">The tokenizer's normalisation of a text.</param>
    /// <exception cref="InvalidFileException">Nothing is left of a token when it is normalised.</exception>
    public AddedTokenSet(AddedTokenList tokens, Func<string, string> normalize)
    {
        _written = Splitter([.. tokens.Where(token => !token.Normalized)], content => content);
        _normalized = Splitter([.. tokens.Where(token => token.Normalized)], normalize);
    }

    /// <summary>Sections of a text as written. Unpaired surrogates read as U+FFFD.</summary>
    public IEnumerable<TextSection> InText(string text) => _written is null ? Whole(text.Length) : _written.Split(UnicodeText.WellFormed(text));

    /// <summary>Sections of a normalised text.</summary>
    public IEnumerable<TextSection> InNormalizedText(ReadOnlySpan<char> text) => _normalized is null ? Whole(text.Length) : _normalized.Split(text);

    private static IEnumerable<TextSection> Whole(int length) => length == 0 ? [] : [new TextSection(0, length, TextSection.NoToken)];

    private static AddedTokenSplitter? Splitter(AddedToken[] tokens, Func<string, string> pattern)
    {
        var patterns = tokens.Select(token => pattern(token.Content)).ToArray();
        if (Array.FindIndex(patterns, found => found.Length == 0) is >= 0 and var empty)
        {
            throw new InvalidFileException(
                TokenizerFiles.ConfigFile, $"added_tokens: nothing is left of the token of id {tokens[empty].Id} when it is normalised.");
        }

        return tokens.Length == 0 ? null : new AddedTokenSplitter(tokens, patterns);
    }
}
