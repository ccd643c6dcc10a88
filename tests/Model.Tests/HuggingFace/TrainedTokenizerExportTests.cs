using System.Globalization;
using System.Text;
using System.Text.Json;
using FeedbackService.Model.Configuration;
using FeedbackService.Model.HuggingFace.Tokenizers;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Fast;

namespace FeedbackService.Model.Tests.HuggingFace;

/// <summary>Tokenizers that were trained here, by BERT's original rules, and leave for Hugging Face's libraries.</summary>
public sealed class TrainedTokenizerExportTests
{
    /// <summary>Apart from what Unicode has changed since the library's tables were made: texts with such characters are left out.</summary>
    [Theory]
    [InlineData("rust", true, null)]
    [InlineData("rust", false, null)]
    [InlineData("rust", true, false)]
    [InlineData("rust", false, true)]
    [InlineData("js", true, null)]
    [InlineData("js", false, null)]
    public async Task Ids_AreTheSameThere(string engine, bool lowerCase, bool? stripAccents)
    {
        var sut = CreateSut(new WordPieceConfig { LowerCase = lowerCase, StripAccents = stripAccents });
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(sut, folder.Path, HuggingFaceFamily.Bert, 128);
        var texts = AwkwardTexts.Fixed.Concat(AwkwardTexts.Drawn(2000, SmallVocabularies.Words)).Where(IsUnchanged)
            .Where(text => engine == "rust" || ReferenceIdsTests.IsReadAlike(text, HuggingFaceFamily.Bert)).ToList();
        Assert.True(texts.Count > 700, $"{texts.Count} are left");
        List<TextInput> inputs = [.. texts.Select((text, i) => i % 4 == 3 ? new TextInput(text, texts[i / 2]) : new TextInput(text))];

        var expected = await ReferenceTokenizer.EncodeAsync(engine, folder.Path, inputs);

        for (var i = 0; i < inputs.Count; i++)
        {
            var ids = sut.Encode(inputs[i], int.MaxValue).Ids;
            Assert.True(expected[i].Ids.SequenceEqual(ids), $"{i} {ReferenceIdsTests.Escape(texts[i])}: {string.Join(' ', expected[i].Ids)} | {string.Join(' ', ids)}");
        }
    }

    [Fact]
    public void SpecialTokensInTexts_StayText()
    {
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(CreateSut(new WordPieceConfig()), folder.Path, HuggingFaceFamily.Bert, 128);

        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "tokenizer_config.json")));
        using var tokenizer = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "tokenizer.json")));
        Assert.True(settings.RootElement.GetProperty("split_special_tokens").GetBoolean());
        Assert.Equal(0, tokenizer.RootElement.GetProperty("added_tokens").GetArrayLength());
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(false, true)]
    public void WrittenAndRead_IsTheSameTokenizer(bool lowerCase, bool? stripAccents)
    {
        var sut = CreateSut(new WordPieceConfig { LowerCase = lowerCase, StripAccents = stripAccents, MaxWordLength = 50 });
        using var folder = new TemporaryFolder();
        HuggingFaceTokenizerWriter.Write(sut, folder.Path, HuggingFaceFamily.Bert, 128);

        var read = Assert.IsType<WordPieceTextTokenizer>(HuggingFaceTokenizerReader.Read(folder.Path, HuggingFaceFamily.Bert).Tokenizer);

        Assert.Equal(sut.Config, read.Config);
        Assert.Equal(sut.Vocabulary.Tokens, read.Vocabulary.Tokens);
    }

    [Fact]
    public void WhatHuggingFaceCannotExpress_IsRefused()
    {
        using var folder = new TemporaryFolder();
        void Refused(ITextTokenizer tokenizer, HuggingFaceFamily family, string word) => Assert.Contains(
            word, Assert.Throws<NotSupportedException>(() => HuggingFaceTokenizerWriter.Write(tokenizer, folder.Path, family, 128)).Message, StringComparison.Ordinal);

        Refused(CreateSut(new WordPieceConfig { SeparatePair = true }), HuggingFaceFamily.Bert, "separate_pair");
        Refused(CreateSut(new WordPieceConfig()), HuggingFaceFamily.Roberta, "Roberta");
        Refused(new HashedNgramTokenizer(new HashedNgramConfig { Buckets = 1000 }), HuggingFaceFamily.Bert, "HashedNgramTokenizer");
        Refused(SampleTokenizers.All["gpt2"]().Tokenizer, HuggingFaceFamily.Roberta, "layout");
        Refused(new WordPieceTextTokenizer(new WordPieceConfig { MaxWordLength = 50 }, new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "a"])), HuggingFaceFamily.Bert, "twice");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static WordPieceTextTokenizer CreateSut(WordPieceConfig config) => new(config, SmallVocabularies.Pieces);

    // Characters that the original rules, on this version of .NET, and the library's tables see alike. Marks behind an ideograph, or
    // behind what is dropped, are left out too: BertWordSplitter leaves them in the word, or uncomposed.
    private static bool IsUnchanged(string text) => text.EnumerateRunes().Zip(text.EnumerateRunes().Skip(1))
        .All(pair => !UnicodeText.IsContinuation(pair.Second) || !(UnicodeText.IsIdeograph(pair.First.Value) || FastUnicode.IsDropped(pair.First.Value))) && text.EnumerateRunes().All(rune =>
        Rune.GetUnicodeCategory(rune) is var category
        && category != UnicodeCategory.OtherNotAssigned
        && FastUnicode.IsPunctuation(rune.Value) == UnicodeText.IsPunctuation(rune)
        && FastUnicode.IsAccent(rune.Value) == (category == UnicodeCategory.NonSpacingMark)
        && FastUnicode.CombiningClass(rune.Value) == 0
        && FastUnicode.IsIdeograph(rune.Value) == UnicodeText.IsIdeograph(rune.Value)
        && (FastUnicode.IsDropped(rune.Value) || category != UnicodeCategory.Format)
        && SameLowerCase(rune));

    private static bool SameLowerCase(Rune rune)
    {
        Span<char> fast = stackalloc char[2];
        Span<char> original = stackalloc char[2];
        return fast[..FastUnicode.ToLower(rune, fast)].SequenceEqual(original[..UnicodeText.ToLower(rune, original)]);
    }
}
