using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;

namespace FeedbackService.Model.Tokenization;

/// <summary>
/// Word, character and ideograph n-grams hashed into buckets (Joulin et al. 2016, arXiv:1607.01759; subwords of marked words
/// after Bojanowski et al. 2016, arXiv:1607.04606). No vocabulary, so nothing is unknown.
/// </summary>
/// <remarks>
/// The text is put into NFKC and lower case. Units are words (letters, digits, marks) and single ideographs; runs of units
/// give word or ideograph n-grams, runs of characters of &lt;word&gt; give character n-grams. Ids come in text order by the unit
/// that begins them, so a cut drops the end of the text. <see cref="TokenizedText.FullLength"/> is exact for texts of any size.
/// A text without any of these gives its punctuation, and one with nothing to be seen a single id.
/// </remarks>
public sealed class HashedNgramTokenizer : ITextTokenizer
{
    // Working memory larger than this is not kept for the thread's next text.
    private const int KeptCapacity = 1 << 16;

    [ThreadStatic]
    private static (NgramText Text, NgramCollector Ids)? _scratch;

    private readonly Side _first;
    private readonly Side _second;

    /// <summary>Makes a tokenizer.</summary>
    /// <exception cref="InvalidFileException">A setting is out of range.</exception>
    public HashedNgramTokenizer(HashedNgramConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Problem() is { } problem)
        {
            throw new InvalidFileException(TokenizerFiles.ConfigFile, problem);
        }

        Config = config;
        _first = new Side(config, pair: false);
        _second = new Side(config, pair: true);
    }

    /// <summary>The settings.</summary>
    public HashedNgramConfig Config { get; }

    /// <inheritdoc/>
    public int VocabularySize => Config.Buckets;

    /// <inheritdoc/>
    public TokenizedText Encode(TextInput input, int maxTokens, bool withSpans = false)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 4);
        var scratch = _scratch ?? (new NgramText(), new NgramCollector());
        _scratch = null;
        var encoded = string.IsNullOrEmpty(input.TextPair)
            ? Single(input.Text ?? "", maxTokens, withSpans, scratch)
            : Pair(input.Text ?? "", input.TextPair, maxTokens, withSpans, scratch);
        if (scratch.Item1.Capacity <= KeptCapacity && scratch.Item2.Capacity <= KeptCapacity)
        {
            _scratch = scratch;
        }

        return encoded;
    }

    /// <inheritdoc/>
    public void Save(string directory) =>
        File.WriteAllBytes(Path.Combine(directory, TokenizerFiles.ConfigFile), JsonFiles.ToBytes<TokenizerConfig>(Config));

    private TokenizedText Single(string text, int maxTokens, bool withSpans, (NgramText Text, NgramCollector Ids) scratch)
    {
        _first.Read(text, maxTokens, withSpans, scratch.Text, scratch.Ids);
        if (scratch.Ids.Total == 0)
        {
            return Nothing(text, withSpans);
        }

        var ids = new int[Math.Min(scratch.Ids.Total, maxTokens)];
        var spans = withSpans ? new TokenSpan[ids.Length] : null;
        scratch.Ids.CopyTo(ids, spans);
        return new TokenizedText(ids, null, scratch.Ids.Total) { Spans = spans };
    }

    private TokenizedText Pair(string text, string pair, int maxTokens, bool withSpans, (NgramText Text, NgramCollector Ids) scratch)
    {
        var second = new NgramCollector();
        _first.Read(text, maxTokens, withSpans, scratch.Text, scratch.Ids);
        _second.Read(pair, maxTokens, withSpans, scratch.Text, second);
        var total = scratch.Ids.Total + second.Total;
        if (total == 0)
        {
            return Nothing(text, withSpans);
        }

        var (keepFirst, keepSecond) = PairCut.Keep(scratch.Ids.Total, second.Total, maxTokens);
        var ids = new int[keepFirst + keepSecond];
        var spans = withSpans ? new TokenSpan[ids.Length] : null;
        scratch.Ids.CopyTo(ids.AsSpan(0, keepFirst), spans.AsSpan(0, withSpans ? keepFirst : 0));
        second.CopyTo(ids.AsSpan(keepFirst), withSpans ? spans.AsSpan(keepFirst) : default);
        return new TokenizedText(ids, null, total) { Spans = spans };
    }

    private TokenizedText Nothing(string text, bool withSpans) =>
        new([NgramHash.Bucket(NgramHash.Namespace(NgramNamespace.Nothing, pair: false), Config.Buckets)], null, 1)
        {
            Spans = withSpans ? [new TokenSpan(0, text.Length)] : null,
        };

    // The n-grams of one text of a pair; immutable.
    private sealed class Side(HashedNgramConfig config, bool pair)
    {
        private readonly ulong _words = NgramHash.Namespace(NgramNamespace.Words, pair);
        private readonly ulong _characters = NgramHash.Namespace(NgramNamespace.Characters, pair);
        private readonly ulong _ideographs = NgramHash.Namespace(NgramNamespace.Ideographs, pair);
        private readonly ulong _symbols = NgramHash.Namespace(NgramNamespace.Symbols, pair);

        public void Read(string source, int limit, bool withSpans, NgramText text, NgramCollector ids)
        {
            text.Read(source, config);
            ids.Reset(limit, config.Distinct);
            var units = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(text.Units);
            if (config.IdeographPunctuation && text.HasIdeograph)
            {
                PunctuationAsIdeographs(units);
            }

            for (var i = 0; i < units.Length; i++)
            {
                switch (units[i].Kind)
                {
                    case NgramUnitKind.Word:
                        Runs(units, i, text, ids, withSpans);
                        Characters(units[i], text, ids, withSpans);
                        break;
                    case NgramUnitKind.Ideograph:
                        Runs(units, i, text, ids, withSpans);
                        break;
                    case NgramUnitKind.Symbol:
                    case NgramUnitKind.Other when !text.HasContent:
                        Emit(NgramHash.Add(_symbols, units[i].Hash), units[i].Start, units[i].End, text, ids, withSpans);
                        break;
                }
            }
        }

        private static void PunctuationAsIdeographs(Span<NgramUnit> units)
        {
            foreach (ref var unit in units)
            {
                if (unit.Kind == NgramUnitKind.Other)
                {
                    unit = unit with { Kind = NgramUnitKind.Ideograph };
                }
            }
        }

        private void Runs(ReadOnlySpan<NgramUnit> units, int first, NgramText text, NgramCollector ids, bool withSpans)
        {
            // Both hashes are carried along: which one counts depends on whether an ideograph has come by.
            var (words, ideographs) = (_words, _ideographs);
            var (length, mixed) = (0, false);
            for (var i = first; i < units.Length; i++)
            {
                ref readonly var unit = ref units[i];
                if (unit.Kind is NgramUnitKind.Symbol or NgramUnitKind.Other)
                {
                    continue;
                }

                length++;
                mixed |= unit.Kind == NgramUnitKind.Ideograph;
                if (length > (mixed ? config.IdeographMax : config.WordMax))
                {
                    break;
                }

                words = NgramHash.Add(words, unit.Hash);
                ideographs = NgramHash.Add(ideographs, unit.Hash);
                if (length >= (mixed ? config.IdeographMin : config.WordMin))
                {
                    Emit(mixed ? ideographs : words, units[first].Start, unit.End, text, ids, withSpans);
                }
            }
        }

        private void Characters(NgramUnit word, NgramText text, NgramCollector ids, bool withSpans)
        {
            if (config.CharacterMax == 0)
            {
                return;
            }

            // Position -1 is the mark "<", position Length the mark ">".
            var characters = text.Characters.AsSpan(word.Start, word.End - word.Start);
            var min = Math.Min(config.CharacterMin, characters.Length + 2);
            for (var start = -1; start + min <= characters.Length + 1; start++)
            {
                var hash = _characters;
                var end = Math.Min(start + config.CharacterMax, characters.Length + 1);
                for (var i = start; i < end; i++)
                {
                    hash = NgramHash.Add(hash, i < 0 ? '<' : i < characters.Length ? characters[i] : '>');
                    if (i - start + 1 >= min)
                    {
                        Emit(
                            hash,
                            word.Start + Math.Clamp(start, 0, characters.Length - 1),
                            word.Start + Math.Clamp(i + 1, 1, characters.Length),
                            text,
                            ids,
                            withSpans);
                    }
                }
            }
        }

        private void Emit(ulong hash, int start, int end, NgramText text, NgramCollector ids, bool withSpans)
        {
            if (ids.Add(NgramHash.Bucket(hash, config.Buckets)) && withSpans)
            {
                ids.AddSpan(text.Source(start, end, pair));
            }
        }
    }
}
