using FeedbackService.Model.Files;
namespace FeedbackService.Model.Tokenization.Added;

/// <summary>What a list of added tokens must fulfil.</summary>
internal static class AddedTokenRules
{
    /// <summary>Most tokens of a list.</summary>
    public const int MaxCount = 100_000;

    private const int MaxLength = 1024;

    // Bounds the memory of the automaton: a node for every code unit at most.
    private const int MaxTotalLength = 1_000_000;

    /// <summary>Checks a list against the vocabulary that it extends.</summary>
    /// <param name="tokens">The list.</param>
    /// <param name="vocabulary">Number of tokens of the vocabulary.</param>
    /// <param name="idOf">Id of a token in the vocabulary; null when it is not in there.</param>
    /// <returns>Number of all ids.</returns>
    /// <exception cref="InvalidFileException">A token is empty, overlong or stands twice, an id is another one than it must be, or there are too many.</exception>
    public static int CountIds(AddedTokenList tokens, int vocabulary, Func<string, int?> idOf)
    {
        if (tokens.Count > MaxCount || tokens.Sum(token => (long)token.Content.Length) > MaxTotalLength)
        {
            throw Invalid($"more than {MaxCount} tokens, or more than {MaxTotalLength} characters in all.");
        }

        var (contents, further) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<int>());
        foreach (var token in tokens)
        {
            if (token.Content.Length is 0 or > MaxLength || !UnicodeText.IsWellFormed(token.Content))
            {
                throw Invalid($"the token of id {token.Id} is empty, longer than {MaxLength} characters or holds half a character.");
            }

            if (!contents.Add(token.Content))
            {
                throw Invalid($"the token {token.Content} stands twice.");
            }

            if (idOf(token.Content) is { } known ? known != token.Id : token.Id < vocabulary || !further.Add(token.Id))
            {
                throw Invalid($"the token {token.Content} cannot have the id {token.Id}.");
            }
        }

        if (further.Count > 0 && further.Max() != vocabulary + further.Count - 1)
        {
            throw Invalid($"the ids after the vocabulary must be {vocabulary} to {vocabulary + further.Count - 1} without a gap.");
        }

        return vocabulary + further.Count;
    }

    /// <summary>Ids that are no part of texts: of control tokens among the added ones, and <paramref name="others"/> but for nulls.</summary>
    public static HashSet<int> SpecialIds(AddedTokenList tokens, params IEnumerable<int?> others) =>
        [.. tokens.Where(token => token.Special).Select(token => token.Id), .. others.OfType<int>()];

    private static InvalidFileException Invalid(string reason) => new(TokenizerFiles.ConfigFile, null, $"added_tokens: {reason}");
}
