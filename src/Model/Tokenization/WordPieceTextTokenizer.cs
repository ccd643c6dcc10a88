using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization.Added;
using FeedbackService.Model.Tokenization.Fast;

namespace FeedbackService.Model.Tokenization;

/// <summary>
/// WordPiece tokens in BERT's layout: [CLS] text [SEP], or [CLS] text [SEP] pair [SEP] with segment ids (Devlin et al. 2018,
/// arXiv:1810.04805; greedy longest match after Wu et al. 2016, arXiv:1609.08144).
/// </summary>
/// <remarks>
/// Own code instead of Microsoft.ML.Tokenizers because that one differs from BERT and reports positions in the normalised
/// text: docs/adr/0006-own-wordpiece.md. Special tokens written out in a text are text, unless <see cref="WordPieceConfig.AddedTokens"/> lists them.
/// </remarks>
public sealed class WordPieceTextTokenizer : IMaskableTokenizer
{
    private readonly WordPieceVocabulary _vocabulary;
    private readonly int _unknown;
    private readonly AddedTokenSet _added;
    private readonly int _ids;
    private readonly HashSet<int> _special;

    /// <summary>Makes a tokenizer.</summary>
    /// <exception cref="InvalidFileException">A special token is nowhere, or a setting is out of range or fits no other.</exception>
    public WordPieceTextTokenizer(WordPieceConfig config, WordPieceVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (config.MaxWordLength is < 1 or > 1000)
        {
            throw new InvalidFileException(
                TokenizerFiles.ConfigFile, $"max_word_length is {config.MaxWordLength}; 1 to 1,000 are allowed.");
        }

        if (config.AddedTokens.Count > 0 && (config.Rules != WordPieceRules.Fast || config.SeparatePair))
        {
            throw new InvalidFileException(TokenizerFiles.ConfigFile, "added_tokens need rules fast, and do not go with separate_pair.");
        }

        Config = config;
        _vocabulary = vocabulary;
        _ids = AddedTokenRules.CountIds(config.AddedTokens, vocabulary.Count, token => vocabulary.TryGetId(token, out var id) ? id : null);
        _added = new AddedTokenSet(config.AddedTokens, content => Normalized(config, content));
        PadId = Special(config.PadToken);
        _unknown = Special(config.UnknownToken);
        ClassId = Special(config.ClassToken);
        SeparatorId = Special(config.SeparatorToken);
        MaskId = Find(config.MaskToken);
        _special = AddedTokenRules.SpecialIds(config.AddedTokens, PadId, _unknown, ClassId, SeparatorId, MaskId);
    }

    /// <summary>The settings.</summary>
    public WordPieceConfig Config { get; }

    /// <summary>The tokens.</summary>
    public WordPieceVocabulary Vocabulary => _vocabulary;

    /// <summary>Id of padding, for backends that pad.</summary>
    public int PadId { get; }

    internal int ClassId { get; }

    internal int SeparatorId { get; }

    /// <inheritdoc/>
    public int VocabularySize => Config.SeparatePair ? 2 * _ids : _ids;

    /// <inheritdoc/>
    public TokenizedText Encode(TextInput input, int maxTokens, bool withSpans = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 4);
        var first = new Pieces(this, maxTokens, withSpans);
        first.Read(input.Text);
        if (string.IsNullOrEmpty(input.TextPair))
        {
            return Assemble(first, null, maxTokens, withSpans);
        }

        var second = new Pieces(this, maxTokens, withSpans);
        second.Read(input.TextPair);
        return Assemble(first, second, maxTokens, withSpans);
    }

    /// <inheritdoc/>
    public int? MaskId { get; }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <inheritdoc/>
    public bool BeginsWord(int id) => id % _ids >= _vocabulary.Count || !_vocabulary.Tokens[id % _ids].StartsWith(WordPieceVocabulary.ContinuationPrefix, StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Save(string directory)
    {
        File.WriteAllBytes(Path.Combine(directory, TokenizerFiles.ConfigFile), JsonFiles.ToBytes<TokenizerConfig>(Config));
        _vocabulary.Save(Path.Combine(directory, TokenizerFiles.VocabularyFile));
    }

    private TokenizedText Assemble(Pieces first, Pieces? second, int maxTokens, bool withSpans)
    {
        var special = second is null ? 2 : 3;
        var (room, totalSecond) = (maxTokens - special, second?.Total ?? 0);
        var (keepFirst, keepSecond) = Config.Rules == WordPieceRules.Fast
            ? PairCut.KeepFast(first.Total, totalSecond, room)
            : PairCut.Keep(first.Total, totalSecond, room);
        var ids = new int[keepFirst + keepSecond + special];
        var spans = withSpans ? new TokenSpan[ids.Length] : null;
        ids[0] = ClassId;
        first.CopyTo(ids, spans, 1, keepFirst, pair: false);
        ids[keepFirst + 1] = SeparatorId;
        int[]? segments = null;
        if (second is not null)
        {
            second.CopyTo(ids, spans, keepFirst + 2, keepSecond, pair: true);
            for (var i = keepFirst + 2; Config.SeparatePair && i < ids.Length - 1; i++)
            {
                ids[i] += _vocabulary.Count;
            }

            ids[^1] = SeparatorId;
            if (!Config.OneSegment)
            {
                segments = new int[ids.Length];
                segments.AsSpan(keepFirst + 2).Fill(1);
            }
        }

        Anchor(spans, keepFirst + 1, pair: false);
        Anchor(spans, ids.Length - 1, pair: second is not null);
        var full = first.Total + totalSecond + special;
        return new TokenizedText(ids, segments, full) { Spans = spans };
    }

    // A separator stands, empty, where the token before it ends.
    private static void Anchor(TokenSpan[]? spans, int index, bool pair)
    {
        if (spans is not null)
        {
            var before = spans[index - 1];
            var end = before.Pair == pair ? before.End : 0;
            spans[index] = new TokenSpan(end, end, pair);
        }
    }

    private static string Normalized(WordPieceConfig config, string text)
    {
        var normalized = new NormalizedText();
        new FastBertNormalizer(config).Normalize(text, 0, text.Length, normalized);
        return normalized.Units.ToString();
    }

    private int Special(string token) => Find(token) ?? throw new InvalidFileException(TokenizerFiles.VocabularyFile, $"the special token {token} is missing.");

    private int? Find(string token) => _vocabulary.TryGetId(token, out var id) ? id : Config.AddedTokens.FirstOrDefault(added => added.Content == token)?.Id;

    // The tokens of one text: kept up to a limit, counted to the end.
    private sealed class Pieces(WordPieceTextTokenizer owner, int limit, bool withSpans)
    {
        private readonly List<int> _ids = [];
        private readonly List<TokenSpan>? _spans = withSpans ? [] : null;

        public int Total { get; private set; }

        public void Read(string text)
        {
            if (owner.Config.Rules == WordPieceRules.Original)
            {
                new BertWordSplitter(owner.Config).Split(text, OnWord);
                return;
            }

            var (normalizer, normalized) = (new FastBertNormalizer(owner.Config), new NormalizedText());
            foreach (var section in owner._added.InText(text))
            {
                if (section.Id != TextSection.NoToken)
                {
                    Add(section.Id, section.Start, section.End);
                    continue;
                }

                normalizer.Normalize(text, section.Start, section.End, normalized);
                ReadNormalized(normalized);
            }
        }

        public void CopyTo(int[] ids, TokenSpan[]? spans, int offset, int count, bool pair)
        {
            _ids.CopyTo(0, ids, offset, count);
            for (var i = 0; spans is not null && i < count; i++)
            {
                spans[offset + i] = _spans![i] with { Pair = pair };
            }
        }

        private void ReadNormalized(NormalizedText text)
        {
            foreach (var section in owner._added.InNormalizedText(text.Units))
            {
                if (section.Id != TextSection.NoToken)
                {
                    Add(section.Id, text.Starts[section.Start], text.Ends[section.End - 1]);
                }
                else
                {
                    FastBertWords.Split(text, section.Start, section.End, owner.Config.MaxWordLength, OnWord);
                }
            }
        }

        private void OnWord(ReadOnlySpan<char> word, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends, bool tooLong)
        {
            var (kept, total) = (_ids.Count, Total);
            for (var position = 0; position < word.Length && !tooLong;)
            {
                var length = owner._vocabulary.LongestMatch(word[position..], position > 0, out var id);
                if (length == 0)
                {
                    // One piece that nobody knows makes the whole word unknown.
                    _ids.RemoveRange(kept, _ids.Count - kept);
                    _spans?.RemoveRange(kept, _spans.Count - kept);
                    Total = total;
                    tooLong = true;
                    break;
                }

                Add(id, starts[position], ends[position + length - 1]);
                position += length;
            }

            if (tooLong)
            {
                Add(owner._unknown, starts[0], ends[^1]);
            }
        }

        private void Add(int id, int start, int end)
        {
            Total++;
            if (_ids.Count < limit)
            {
                _ids.Add(id);
                _spans?.Add(new TokenSpan(start, end));
            }
        }
    }
}
