using FeedbackService.Model.Configuration;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Added;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>One tokenizer for every way in which texts are read.</summary>
internal static class SampleTokenizers
{
    public static IReadOnlyDictionary<string, Func<(ITextTokenizer Tokenizer, HuggingFaceFamily Family)>> All { get; } =
        new Dictionary<string, Func<(ITextTokenizer, HuggingFaceFamily)>>
        {
            ["bert-uncased"] = () => (WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast }, Special()), HuggingFaceFamily.Bert),
            ["bert-cased"] = () => (WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast, LowerCase = false }, Special()), HuggingFaceFamily.Bert),
            ["bert-accents"] = () => (WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast, StripAccents = false }, Special()), HuggingFaceFamily.Bert),
            ["bert-cased-stripped"] = () => (
                WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast, LowerCase = false, StripAccents = true, SplitChinese = false }, Special()),
                HuggingFaceFamily.Bert),
            ["bert-added"] = () => (
                WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast }, [.. Special(), .. Further(SmallVocabularies.Pieces.Count, PieceId)]),
                HuggingFaceFamily.Bert),
            ["bert-no-added"] = () => (WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast }, []), HuggingFaceFamily.Bert),
            ["distilbert"] = () => (WordPiece(new WordPieceConfig { Rules = WordPieceRules.Fast, MaxWordLength = 10 }, Special()), HuggingFaceFamily.DistilBert),
            ["roberta"] = () => (Bytes(Roberta(), Ends()), HuggingFaceFamily.Roberta),
            ["roberta-prefix"] = () => (Bytes(Roberta() with { AddPrefixSpace = true }, Ends()), HuggingFaceFamily.Roberta),
            ["roberta-untrimmed"] = () => (Bytes(Roberta() with { TrimOffsets = false }, Ends()), HuggingFaceFamily.Roberta),
            ["roberta-added"] = () => (Bytes(Roberta(), [.. Ends(), .. Further(SmallVocabularies.Bytes.Count, Id)]), HuggingFaceFamily.Roberta),
            ["roberta-added-prefix"] = () => (Bytes(Roberta() with { AddPrefixSpace = true }, [.. Ends(), .. Further(SmallVocabularies.Bytes.Count, Id)]), HuggingFaceFamily.Roberta),
            ["gpt2"] = () => (Bytes(Gpt2(), [Token("<|endoftext|>", Id("<|endoftext|>"))]), HuggingFaceFamily.Gpt2),
            ["gpt2-no-added"] = () => (Bytes(Gpt2() with { IgnoreMerges = true }, []), HuggingFaceFamily.Gpt2),
            ["gpt2-unknown"] = () => (Unknown(fuse: false), HuggingFaceFamily.Gpt2),
            ["gpt2-unknown-fused"] = () => (Unknown(fuse: true), HuggingFaceFamily.Gpt2),
        };

    private static WordPieceTextTokenizer WordPiece(WordPieceConfig config, IEnumerable<AddedToken> added) =>
        new(config with { AddedTokens = new AddedTokenList(added) }, SmallVocabularies.Pieces);

    private static ByteLevelBpeTokenizer Bytes(ByteLevelBpeConfig config, IEnumerable<AddedToken> added) =>
        new(config with { AddedTokens = new AddedTokenList(added) }, SmallVocabularies.Bytes);

    private static ByteLevelBpeConfig Gpt2() => new() { EndToken = "<|endoftext|>", TrimOffsets = false };

    private static ByteLevelBpeConfig Roberta() => new()
    {
        Layout = ByteLevelBpeLayout.Roberta,
        PadToken = "<pad>",
        EndToken = "</s>",
        MaskToken = "<mask>",
    };

    private static ByteLevelBpeTokenizer Unknown(bool fuse)
    {
        var full = SmallVocabularies.Bytes;
        string[] missing = ["e", "x", "Ã", "ľ", "Ġ"];
        var tokens = full.Tokens.Where(token => !missing.Any(token.Contains)).ToList();
        var vocabulary = new ByteLevelBpeVocabulary(tokens, [.. full.Merges.Where(merge => tokens.Contains(merge.Left) && tokens.Contains(merge.Right))]);
        return new ByteLevelBpeTokenizer(new ByteLevelBpeConfig { UnknownToken = "<unk>", FuseUnknown = fuse }, vocabulary);
    }

    private static IEnumerable<AddedToken> Special() => ((string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]).Select(Token);

    private static IEnumerable<AddedToken> Ends() =>
    [
        Token("<s>", Id("<s>")) with { Normalized = true },
        Token("<pad>", Id("<pad>")) with { Normalized = true },
        Token("</s>", Id("</s>")) with { Normalized = true },
        Token("<unk>", Id("<unk>")) with { Normalized = true },
        Token("<mask>", Id("<mask>")) with { Lstrip = true },
    ];

    // Of every kind: bound to words, taking white space in, found in the normalised text, one the beginning of another. Some are in the vocabulary.
    private static IEnumerable<AddedToken> Further(int vocabulary, Func<string, int> idInVocabulary)
    {
        var next = vocabulary;
        AddedToken[] tokens =
        [
            new() { Content = "newtok", Id = 0, SingleWord = true },
            new() { Content = "Zürich", Id = 0, Normalized = true },
            new() { Content = "tok", Id = 0, Rstrip = true, Lstrip = true },
            new() { Content = "tokens", Id = 0 },
            new() { Content = " lead", Id = 0, Rstrip = true },
            new() { Content = "WORDY", Id = 0, Normalized = true, SingleWord = true, Lstrip = true },
            new() { Content = "\uFFFD", Id = 0 },
        ];
        return tokens.Select(token => token with { Id = idInVocabulary(token.Content) is >= 0 and var id ? id : next++ }).ToArray();
    }

    private static int PieceId(string token) => SmallVocabularies.Pieces.TryGetId(token, out var id) ? id : -1;

    private static int Id(string token) => SmallVocabularies.Bytes.TryGetId(token, out var id) ? id : -1;

    private static AddedToken Token(string content, int id) => new() { Content = content, Id = id, Special = true };
}
