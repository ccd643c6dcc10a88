using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>
/// Gives added tokens their ids, and settles which description of a token counts when several files have one, as the tokenizers library does: the last one,
/// but the first for whether it is looked for in the normalised text.
/// </summary>
/// <param name="vocabularySize">Number of tokens of the vocabulary.</param>
/// <param name="idInVocabulary">Id of a token in the vocabulary, or null.</param>
internal sealed class AddedVocabulary(int vocabularySize, Func<string, int?> idInVocabulary)
{
    private readonly Dictionary<string, AddedToken> _tokens = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private int _next = vocabularySize;

    /// <summary>The tokens, in the order in which they were first met.</summary>
    public AddedTokenList Tokens => new(_order.Select(content => _tokens[content]));

    /// <summary>Id of a token, added or in the vocabulary; null when it is nowhere.</summary>
    public int? IdOf(string content) => _tokens.TryGetValue(content, out var token) ? token.Id : idInVocabulary(content);

    /// <summary>Whether a token was added.</summary>
    public bool Has(string content) => _tokens.ContainsKey(content);

    /// <summary>Adds a token, or describes it anew.</summary>
    /// <param name="flags">The token.</param>
    /// <param name="stated">The id that the file gives it; null when it gives none.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidFileException">The id cannot be, or two descriptions contradict each other.</exception>
    public void Add(TokenFlags flags, int? stated, string file)
    {
        if (flags.Content.Length == 0)
        {
            throw new InvalidFileException(file, "an added token is empty.");
        }

        var before = _tokens.GetValueOrDefault(flags.Content);
        if (before is null && _order.Count == AddedTokenRules.MaxCount)
        {
            throw new InvalidFileException(file, $"there are more than {AddedTokenRules.MaxCount} added tokens.");
        }

        var id = before?.Id ?? idInVocabulary(flags.Content) ?? _next;
        if (stated is not null && stated != id)
        {
            throw new InvalidFileException(
                file, $"the added token '{flags.Content}' is given the id {stated}, but the vocabulary makes it {id}; list added tokens by rising ids.");
        }

        if (before is not null && before.Normalized != flags.Normalized && !before.Special)
        {
            throw new InvalidFileException(
                file, $"the added token '{flags.Content}' is normalized in one file and not in another; make the files agree.");
        }

        if (before is null)
        {
            _order.Add(flags.Content);
            _next = Math.Max(_next, id + 1);
        }

        _tokens[flags.Content] = new AddedToken
        {
            Content = flags.Content,
            Id = id,
            Lstrip = flags.Lstrip,
            Rstrip = flags.Rstrip,
            SingleWord = flags.SingleWord,
            Normalized = before?.Normalized ?? flags.Normalized,
            Special = flags.Special || before?.Special == true,
        };
    }
}
