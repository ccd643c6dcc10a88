using FeedbackService.Model.Files;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class HashedNgramTokenizerTests
{
    [Fact]
    public void Text_GivesWordAndCharacterNgrams_InTextOrder()
    {
        var text = "Red cat";
        var encoded = CreateSut(new HashedNgramConfig { CharacterMin = 3, CharacterMax = 3 })
            .Encode(new TextInput(text), 100, withSpans: true);

        // red, red cat, <re, red, ed>, cat, <ca, cat, at>
        Assert.Equal(["Red", "Red cat", "Re", "Red", "ed", "cat", "ca", "cat", "at"], Sources(text, encoded));
        Assert.Equal(9, encoded.Ids.Distinct().Count());
        Assert.False(encoded.Truncated);
    }

    [Fact]
    public void Chinese_GivesRunsOfOneToThreeCharacters()
    {
        var text = "股市大涨";
        var encoded = CreateSut().Encode(new TextInput(text), 100, withSpans: true);
        Assert.Equal(["股", "股市", "股市大", "市", "市大", "市大涨", "大", "大涨", "涨"], Sources(text, encoded));
    }

    [Fact]
    public void MixedScripts_FormRunsTogether()
    {
        var text = "买iPhone";
        var encoded = CreateSut(new HashedNgramConfig { CharacterMax = 0, IdeographMax = 2 })
            .Encode(new TextInput(text), 100, withSpans: true);
        Assert.Equal(["买", "买iPhone", "iPhone"], Sources(text, encoded));
    }

    [Theory]
    [InlineData("CAFÉ", "cafe\u0301")]
    [InlineData("ＡＢＣ　ｆｕｌｌ", "abc full")]
    [InlineData("soft\u00ADhyphen", "softhyphen")]
    [InlineData("don't stop", "DON T, stop!")]
    public void EqualTextsInOtherWriting_GiveEqualIds(string left, string right)
    {
        var sut = CreateSut();
        Assert.Equal(sut.Encode(new TextInput(left), 1000).Ids, sut.Encode(new TextInput(right), 1000).Ids);
    }

    [Theory]
    [InlineData("हिन्दी भाषा")]
    [InlineData("ภาษาไทย")]
    [InlineData("𐐀𐐁 𝒳")]
    [InlineData("한국어 문장")]
    public void OtherScripts_AreWords(string text)
    {
        var encoded = CreateSut(new HashedNgramConfig { CharacterMax = 0, WordMax = 1 })
            .Encode(new TextInput(text), 1000, withSpans: true);
        Assert.Equal(text.Split(' '), Sources(text, encoded));
    }

    [Theory]
    [InlineData("!!!")]
    [InlineData("\u200B")]
    [InlineData("\uD83D")]
    [InlineData("\u0301")]
    [InlineData("😀")]
    [InlineData("\u0000")]
    public void Text_WithoutWords_GivesAtLeastOneId(string text)
    {
        var encoded = CreateSut().Encode(new TextInput(text), 16, withSpans: true);
        Assert.NotEmpty(encoded.Ids);
        Assert.Equal(encoded.Ids.Length, encoded.Spans!.Length);
        Assert.All(encoded.Spans, span => Assert.InRange(span.End, span.Start, text.Length));
    }

    [Fact]
    public void Emoji_CountBesideWords_PunctuationDoesNot()
    {
        var sut = CreateSut();
        int[] Ids(string text) => sut.Encode(new TextInput(text), 1000).Ids;
        Assert.Equal(Ids("good day"), Ids("good, day!"));
        Assert.Equal(Ids("good day").Length + 1, Ids("good day 😀").Length);
        Assert.NotEqual(Ids("good day 😡"), Ids("good day 😀"));
    }

    [Fact]
    public void Distinct_KeepsTheFirstOccurrence_OtherwiseAllStay()
    {
        var config = new HashedNgramConfig { CharacterMax = 0, WordMax = 1 };
        Assert.Equal(2, CreateSut(config).Encode(new TextInput("a b a b a"), 10).FullLength);
        Assert.Equal(5, CreateSut(config with { Distinct = false }).Encode(new TextInput("a b a b a"), 10).FullLength);
    }

    [Fact]
    public void Cut_KeepsTheBeginningAndCountsTheRest()
    {
        var sut = CreateSut(new HashedNgramConfig { CharacterMax = 0, WordMax = 1, Distinct = false });
        var text = string.Join(' ', Enumerable.Range(0, 200_000));
        var whole = sut.Encode(new TextInput(text), int.MaxValue);
        var cut = sut.Encode(new TextInput(text), 10, withSpans: true);

        Assert.Equal(200_000, whole.FullLength);
        Assert.Equal(200_000, cut.FullLength);
        Assert.Equal(whole.Ids[..10], cut.Ids);
        Assert.Equal(10, cut.Spans!.Length);
    }

    [Fact]
    public void Pair_KeepsTheTextsApart()
    {
        var sut = CreateSut();
        var pair = sut.Encode(new TextInput("same text", "same text"), 1000, withSpans: true);
        var single = sut.Encode(new TextInput("same text"), 1000);

        Assert.Equal(single.Ids, pair.Ids[..single.Ids.Length]);
        Assert.Equal(2 * single.Ids.Length, pair.Ids.Length);
        Assert.Empty(pair.Ids[single.Ids.Length..].Intersect(single.Ids));
        Assert.Equal(single.Ids.Length, pair.Spans!.Count(span => span.Pair));
        var cut = sut.Encode(new TextInput("hi", "a much longer second text"), 24, withSpans: true);
        Assert.Equal(24, cut.Ids.Length);
        Assert.Equal(sut.Encode(new TextInput("hi"), 24).Ids.Length, cut.Spans!.Count(span => !span.Pair));
    }

    /// <summary>The hash is part of the artifact format: these numbers, from a second implementation, may never change.</summary>
    [Fact]
    public void Ids_AreTheSameForEver()
    {
        var ids = CreateSut(new HashedNgramConfig { CharacterMax = 3 }).Encode(new TextInput("ab 新闻"), 100).Ids;
        Assert.Equal([252867, 248216, 235805, 178796, 249667, 173982, 205393, 122589, 120140, 16116, 80063], ids);
    }

    [Fact]
    public void ManyThreads_GetTheSameIds()
    {
        var sut = CreateSut();
        var texts = Enumerable.Range(0, 200).Select(i => $"text number {i} 新闻 {new string('x', i * 7)}").ToArray();
        var expected = texts.Select(text => sut.Encode(new TextInput(text), 5000).Ids).ToArray();
        Parallel.For(0, 2000, i => Assert.Equal(expected[i % 200], sut.Encode(new TextInput(texts[i % 200]), 5000).Ids));
    }

    [Fact]
    public void SaveAndLoad_GivesTheSameTokenizer()
    {
        using var folder = new TemporaryFolder();
        var sut = CreateSut(new HashedNgramConfig { Buckets = 12345, WordMax = 3, Distinct = false });
        sut.Save(folder.Path);
        var loaded = Assert.IsType<HashedNgramTokenizer>(TokenizerFiles.Load(folder.Path));
        Assert.Equal(sut.Config, loaded.Config);
        Assert.Equal(12345, loaded.VocabularySize);
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1024, 3, 2)]
    [InlineData(1024, 0, 2)]
    [InlineData(1024, 1, 99)]
    public void Setting_OutOfRange_IsRefused(int buckets, int wordMin, int wordMax) =>
        Assert.Throws<InvalidFileException>(
            () => CreateSut(new HashedNgramConfig { Buckets = buckets, WordMin = wordMin, WordMax = wordMax }));

    private static IEnumerable<string> Sources(string text, TokenizedText encoded) =>
        encoded.Spans!.Select(span => text[span.Start..span.End]);

    private static HashedNgramTokenizer CreateSut(HashedNgramConfig? config = null) => new(config ?? new HashedNgramConfig());
}
