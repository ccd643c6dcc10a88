using FeedbackService.Model.Configuration;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.HuggingFace.Tokenizers;

/// <summary>Reads BERT's and DistilBERT's tokenizers.</summary>
internal static class WordPieceReader
{
    private const int DefaultWordLength = 100;

    public static WordPieceTextTokenizer Read(string directory, HuggingFaceFamily family, TokenizerSettings settings, NamedTokens named) =>
        File.Exists(Path.Combine(directory, HuggingFaceFiles.Tokenizer))
            ? UntrustedFile.ReadJson(directory, HuggingFaceFiles.Tokenizer, root => FromTokenizer(TokenizerFile.Root(root), family, settings, named))
            : FromVocabulary(directory, family, settings, named);

    private static WordPieceTextTokenizer FromVocabulary(string directory, HuggingFaceFamily family, TokenizerSettings settings, NamedTokens named)
    {
        var vocabulary = WordPieceVocabulary.Load(Path.Combine(directory, HuggingFaceFiles.WordPieces));
        var added = Added(vocabulary);
        named.AddTo(added);
        if (added.Tokens.Any(token => token.Id >= vocabulary.Count) && vocabulary.Tokens.Distinct(StringComparer.Ordinal).Count() != vocabulary.Count)
        {
            // Hugging Face counts such a token once, and would give the first added token an id that is taken.
            throw new InvalidFileException(HuggingFaceFiles.WordPieces, "has a token twice, so that tokens cannot be added to it.");
        }

        var config = new WordPieceConfig
        {
            Rules = WordPieceRules.Fast,
            LowerCase = settings.LowerCase ?? true,
            StripAccents = settings.StripAccents,
            SplitChinese = settings.SplitChinese ?? true,
        };
        return Create(config, vocabulary, family, added, settings, named, (Needed(named, "cls_token"), Needed(named, "sep_token")), Needed(named, "unk_token"));
    }

    private static WordPieceTextTokenizer FromTokenizer(JsonMember root, HuggingFaceFamily family, TokenizerSettings settings, NamedTokens named)
    {
        var model = root["model"].Only("type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");

        // Files of before 2020 have no type.
        Require(model["type"], "WordPiece", "WordPiece");
        Require(model["continuing_subword_prefix"], WordPieceVocabulary.ContinuationPrefix);
        Require(root["pre_tokenizer"].Only("type")["type"], "BertPreTokenizer");
        var vocabulary = Vocabulary(model["vocab"]);
        var added = Added(vocabulary);
        TokenizerFile.AddTokens(root, named, added);
        var layout = PostProcessor.Read(root["post_processor"], family, added.IdOf);
        var config = NormalizerReader.Read(root["normalizer"], settings) with
        {
            MaxWordLength = model["max_input_chars_per_word"].WholeOr(DefaultWordLength, 0, int.MaxValue),
        };
        return Create(config, vocabulary, family, added, settings, named, (layout.Class!, layout.Separator!), model["unk_token"].NeededText());
    }

    private static WordPieceTextTokenizer Create(
        WordPieceConfig config, WordPieceVocabulary vocabulary, HuggingFaceFamily family, AddedVocabulary added, TokenizerSettings settings, NamedTokens named,
        (string Class, string Separator) layout, string unknown)
    {
        if (!vocabulary.TryGetId(unknown, out _))
        {
            throw new InvalidFileException(HuggingFaceFiles.WordPieces, $"the unknown token {unknown} is not in the vocabulary.");
        }

        return new WordPieceTextTokenizer(
            config with
            {
                ClassToken = layout.Class,
                SeparatorToken = layout.Separator,
                UnknownToken = unknown,
                PadToken = named["pad_token"]?.Content ?? config.PadToken,
                MaskToken = named["mask_token"]?.Content ?? config.MaskToken,
                AddedTokens = TokenizerFile.ToFind(added, settings),
                OneSegment = family == HuggingFaceFamily.Bert && !settings.TellsSegments,
            },
            vocabulary);
    }

    private static AddedVocabulary Added(WordPieceVocabulary vocabulary) =>
        new(vocabulary.Count, token => vocabulary.TryGetId(token, out var id) ? id : null);

    private static WordPieceVocabulary Vocabulary(JsonMember vocab)
    {
        var tokens = vocab.TokensById(WordPieceVocabulary.MaxTokens);
        try
        {
            return new WordPieceVocabulary(tokens);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidFileException(vocab.File, $"{vocab.Path}: {exception.Message}", exception);
        }
    }

    private static string Needed(NamedTokens named, string name) => named[name]?.Content
        ?? throw new InvalidFileException(HuggingFaceFiles.Settings, $"{name} is null, but WordPiece cannot do without it.");

    private static void Require(JsonMember member, string value, string? absent = null)
    {
        if (member.Text(absent) != value)
        {
            throw member.Refused($"must be {value}: nothing else can be read for this family.");
        }
    }
}
