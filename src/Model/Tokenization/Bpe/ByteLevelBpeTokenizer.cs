using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.Tokenization.Bpe;

/// <summary>Byte-level BPE tokens of GPT-2 and RoBERTa (Radford et al. 2019; Liu et al. 2019, arXiv:1907.11692), ids as Hugging Face's tokenizers library gives them.</summary>
/// <remarks>
/// Own code: docs/adr/0011-own-byte-level-bpe.md. An unpaired surrogate has no UTF-8 and is read as U+FFFD. There is no cache of words: a thread's work on
/// one text touches nothing that another could see.
/// </remarks>
public sealed class ByteLevelBpeTokenizer : IMaskableTokenizer
{
    private readonly AddedTokenSet _added;
    private readonly int _end;
    private readonly HashSet<int> _special;

    /// <summary>Makes a tokenizer.</summary>
    /// <exception cref="InvalidFileException">
    /// A special token is nowhere, the vocabulary lacks bytes and there is no unknown token, or the added tokens do not fit the vocabulary.
    /// </exception>
    public ByteLevelBpeTokenizer(ByteLevelBpeConfig config, ByteLevelBpeVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(vocabulary);
        (Config, Vocabulary) = (config, vocabulary);
        VocabularySize = AddedTokenRules.CountIds(config.AddedTokens, vocabulary.Count, token => vocabulary.TryGetId(token, out var id) ? id : null);

        // Nothing is normalised: both kinds of added tokens are looked for in the text itself, one after the other.
        _added = new AddedTokenSet(config.AddedTokens, content => content);
        PadId = config.PadToken is null ? null : Special(config.PadToken);
        UnknownId = config.UnknownToken is null ? null : Special(config.UnknownToken);
        _end = config.EndToken is null ? 0 : Special(config.EndToken);
        if (config.Layout == ByteLevelBpeLayout.Roberta)
        {
            (ClassId, SeparatorId) = (Special(config.ClassToken), Special(config.SeparatorToken));
        }

        MaskId = config.MaskToken is null ? null : Find(config.MaskToken);
        int?[] around = config.Layout == ByteLevelBpeLayout.Roberta ? [ClassId, SeparatorId] : [];
        _special = AddedTokenRules.SpecialIds(config.AddedTokens, [PadId, UnknownId, MaskId, config.EndToken is null ? null : _end, .. around]);
        if (UnknownId is null && !vocabulary.HasAllBytes)
        {
            throw new InvalidFileException(
                TokenizerFiles.JsonVocabularyFile, "does not have all 256 bytes; such a vocabulary needs an unknown token.");
        }
    }

    /// <summary>The settings.</summary>
    public ByteLevelBpeConfig Config { get; }

    /// <summary>Tokens and merges.</summary>
    public ByteLevelBpeVocabulary Vocabulary { get; }

    /// <summary>Id of the token that ends a text; null when there is none.</summary>
    public int? EndId => Config.EndToken is null ? null : _end;

    /// <summary>Id of padding, for backends that pad; null when there is no such token.</summary>
    public int? PadId { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int? MaskId { get; }

    internal int? UnknownId { get; }

    internal int ClassId { get; }

    internal int SeparatorId { get; }

    /// <summary>Encodes one input; there are no segment ids. A text without any token is <see cref="ByteLevelBpeConfig.EndToken"/>, or id 0 where that is null.</summary>
    /// <inheritdoc/>
    public TokenizedText Encode(TextInput input, int maxTokens, bool withSpans = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 4);
        var first = new ByteLevelPieces(this, _added, maxTokens, withSpans);
        first.Read(input.Text ?? "");
        ByteLevelPieces? second = null;
        if (!string.IsNullOrEmpty(input.TextPair))
        {
            second = new ByteLevelPieces(this, _added, maxTokens, withSpans);
            second.Read(input.TextPair);
        }

        return Assemble(first, second, maxTokens, withSpans);
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <summary>The token begins with a space, or is an added one. Punctuation behind a word therefore goes with the word, as in fairseq's masking of whole words for RoBERTa.</summary>
    public bool BeginsWord(int id) => id >= Vocabulary.Count || Vocabulary.Tokens[id][0] == ByteAlphabet.Space;

    /// <inheritdoc/>
    public void Save(string directory)
    {
        File.WriteAllBytes(Path.Combine(directory, TokenizerFiles.ConfigFile), JsonFiles.ToBytes<TokenizerConfig>(Config));
        ByteLevelBpeFiles.Save(Vocabulary, directory);
    }

    private TokenizedText Assemble(ByteLevelPieces first, ByteLevelPieces? second, int maxTokens, bool withSpans)
    {
        var roberta = Config.Layout == ByteLevelBpeLayout.Roberta;
        var special = !roberta ? 0 : second is null ? 2 : 4;
        var (keepFirst, keepSecond) = PairCut.KeepFast(first.Total, second?.Total ?? 0, maxTokens - special);
        var (ids, spans) = (new List<int>(keepFirst + keepSecond + special), withSpans ? new List<TokenSpan>() : null);
        void Add(int id, bool pair)
        {
            ids.Add(id);
            var end = spans?.Count > 0 && spans[^1].Pair == pair ? spans[^1].End : 0;
            spans?.Add(new TokenSpan(end, end, pair));
        }

        if (roberta)
        {
            Add(ClassId, pair: false);
        }

        first.CopyTo(ids, spans, keepFirst, pair: false);
        if (roberta)
        {
            Add(SeparatorId, pair: false);
        }

        if (second is not null && roberta)
        {
            Add(SeparatorId, pair: true);
        }

        second?.CopyTo(ids, spans, keepSecond, pair: true);
        if (second is not null && roberta)
        {
            Add(SeparatorId, pair: true);
        }

        if (ids.Count == 0)
        {
            Add(_end, pair: false);
        }

        return new TokenizedText([.. ids], null, Math.Max(1, first.Total + (second?.Total ?? 0) + special)) { Spans = spans?.ToArray() };
    }

    private int Special(string token) => Find(token) ?? throw new InvalidFileException(TokenizerFiles.JsonVocabularyFile, $"the special token {token} is missing.");

    private int? Find(string token) => Vocabulary.TryGetId(token, out var id) ? id : Config.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id;
}
