using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Added;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class MaskableTokenizerTests
{
    private static readonly string[] Pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "play", "##ing", "a"];
    private static readonly string[] Bytes = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "play", "ing", "\u0120play", "\u0120", ","];

    [Fact]
    public void WordPieces_SpecialTokens_AndBeginningsOfWords_AreKnown()
    {
        IMaskableTokenizer sut = new WordPieceTextTokenizer(new WordPieceConfig(), new WordPieceVocabulary(Pieces));

        Assert.Equal(4, sut.MaskId);
        Assert.Equal([0, 1, 2, 3, 4], Enumerable.Range(0, Pieces.Length).Where(sut.IsSpecial));
        Assert.Equal(["play", "a"], Enumerable.Range(5, 3).Where(sut.BeginsWord).Select(id => Pieces[id]));
    }

    [Fact]
    public void AddedTokens_AreWords_OrSpecial()
    {
        string[] without = [.. Pieces.Where(token => token != "[MASK]")];
        IMaskableTokenizer sut = new WordPieceTextTokenizer(
            new WordPieceConfig
            {
                Rules = WordPieceRules.Fast,
                AddedTokens = new AddedTokenList([new AddedToken { Content = "[MASK]", Id = 7, Special = true }, new AddedToken { Content = "[user]", Id = 8 }, new AddedToken { Content = "[end]", Id = 9, Special = true }]),
            },
            new WordPieceVocabulary(without));

        Assert.Equal(7, sut.MaskId);
        Assert.Equal([0, 1, 2, 3, 7, 9], Enumerable.Range(0, sut.VocabularySize).Where(sut.IsSpecial));
        Assert.True(sut.BeginsWord(8));
    }

    [Fact]
    public void BytePairs_BeginWordsByTheirSpace()
    {
        IMaskableTokenizer sut = Bpe("<mask>");

        Assert.Equal(4, sut.MaskId);
        Assert.Equal([0, 1, 2, 3, 4], Enumerable.Range(0, Bytes.Length).Where(sut.IsSpecial));
        Assert.Equal([7, 8], Enumerable.Range(5, 5).Where(sut.BeginsWord));
    }

    [Fact]
    public void WithoutAMaskToken_NothingCanBeHidden()
    {
        Assert.Null(new WordPieceTextTokenizer(new WordPieceConfig(), new WordPieceVocabulary([.. Pieces.Where(token => token != "[MASK]")])).MaskId);
        Assert.Null(Bpe(null).MaskId);
    }

    private static ByteLevelBpeTokenizer Bpe(string? mask) => new(
        new ByteLevelBpeConfig { Layout = ByteLevelBpeLayout.Roberta, PadToken = "<pad>", UnknownToken = "<unk>", MaskToken = mask }, new ByteLevelBpeVocabulary(Bytes, []));
}
