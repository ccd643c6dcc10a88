using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>What is written and read again, in the files of Hugging Face and in those of an artifact, is the same tokenizer.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> Tokenizers => new(SampleTokenizers.All.Keys);

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void HuggingFaceFiles_GiveTheSameTokenizer(string name)
    {
        var (sut, family) = SampleTokenizers.All[name]();
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(sut, folder.Path, family, 384);

        var read = HuggingFaceTokenizerReader.Read(folder.Path, family);

        Assert.Equal(384, read.ModelMaxLength);
        AssertSame(sut, read.Tokenizer);
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void ArtifactFiles_GiveTheSameTokenizer(string name)
    {
        var (sut, _) = SampleTokenizers.All[name]();
        using var folder = new TemporaryFolder();
        sut.Save(folder.Path);

        AssertSame(sut, TokenizerFiles.Load(folder.Path));
    }

    /// <summary>The files of before <c>tokenizer.json</c>: vocabulary and settings.</summary>
    [Theory]
    [InlineData("bert-uncased")]
    [InlineData("bert-cased")]
    [InlineData("bert-added")]
    [InlineData("bert-no-added")]
    [InlineData("roberta")]
    [InlineData("roberta-prefix")]
    [InlineData("roberta-added")]
    [InlineData("gpt2")]
    public void OlderFiles_GiveTheSameIds(string name)
    {
        var (sut, family) = SampleTokenizers.All[name]();
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(sut, folder.Path, family, 384);
        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));

        var read = HuggingFaceTokenizerReader.Read(folder.Path, family).Tokenizer;

        foreach (var text in AwkwardTexts.Fixed.Concat(AwkwardTexts.Drawn(300, SmallVocabularies.Words)))
        {
            Assert.Equal(sut.Encode(new TextInput(text, "x"), 512).Ids, read.Encode(new TextInput(text, "x"), 512).Ids);
        }
    }

    private static void AssertSame(ITextTokenizer expected, ITextTokenizer actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        Assert.Equal(expected.VocabularySize, actual.VocabularySize);
        if (expected is WordPieceTextTokenizer pieces)
        {
            var read = (WordPieceTextTokenizer)actual;
            Assert.Equal(pieces.Config with { AddedTokens = default }, read.Config with { AddedTokens = default });
            Assert.Equal(pieces.Config.AddedTokens.OrderBy(token => token.Id), read.Config.AddedTokens.OrderBy(token => token.Id));
            Assert.Equal(pieces.Vocabulary.Tokens, read.Vocabulary.Tokens);
        }
        else
        {
            var (bytes, read) = ((ByteLevelBpeTokenizer)expected, (ByteLevelBpeTokenizer)actual);
            Assert.Equal(bytes.Config with { AddedTokens = default }, read.Config with { AddedTokens = default });
            Assert.Equal(bytes.Config.AddedTokens.OrderBy(token => token.Id), read.Config.AddedTokens.OrderBy(token => token.Id));
            Assert.Equal(bytes.Vocabulary.Tokens, read.Vocabulary.Tokens);
            Assert.Equal(bytes.Vocabulary.Merges, read.Vocabulary.Merges);
        }
    }
}
