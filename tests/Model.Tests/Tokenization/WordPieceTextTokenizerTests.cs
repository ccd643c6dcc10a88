using System.Text.Json;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class WordPieceTextTokenizerTests
{
    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures", "bert");

    [Theory]
    [InlineData("tokens-cased.json", false)]
    [InlineData("tokens-uncased.json", true)]
    public void Ids_EqualThoseOfHuggingFace(string file, bool lowerCase)
    {
        var sut = CreateSut(lowerCase);
        using var cases = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, file)));
        Assert.NotEmpty(cases.RootElement.EnumerateArray());
        foreach (var example in cases.RootElement.EnumerateArray())
        {
            var text = example.GetProperty("text").GetString()!;
            var expected = example.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
            Assert.Equal(expected, sut.Encode(new TextInput(text), 512).Ids);
        }
    }

    [Theory]
    [InlineData("The café markets won.", "The|café|market|s|won|.")]
    [InlineData("x cafe\u0301 y", "x|cafe\u0301|y")]
    [InlineData("我爱 the 北京!", "我|爱|the|北|京|!")]
    [InlineData("a\u0000b\uFFFDc game", "a|b|c|game")]
    [InlineData("team 😀 won", "team|😀|won")]
    [InlineData("un\u200Baffable", "un|aff|able")]
    public void Spans_PointAtTheSourceOfEveryToken(string text, string expected)
    {
        var encoded = CreateSut().Encode(new TextInput(text), 512, withSpans: true);

        var spans = encoded.Spans!;
        Assert.Equal(encoded.Ids.Length, spans.Length);
        var pieces = spans[1..^1].Select(span => text[span.Start..span.End].Trim('\u200B'));
        Assert.Equal(expected, string.Join('|', pieces));
        Assert.Equal(new TokenSpan(0, 0), spans[0]);
        Assert.Equal(spans[^2].End, spans[^1].Start);
        Assert.Equal(spans[^1].Start, spans[^1].End);
    }

    [Fact]
    public void Pair_HasSegmentsAndSpansOfBothTexts()
    {
        var sut = CreateSut();
        var encoded = sut.Encode(new TextInput("hello", "stock market"), 16, withSpans: true);

        Assert.Equal(["[CLS]", "hello", "[SEP]", "stock", "market", "[SEP]"], Tokens(sut, encoded));
        Assert.Equal([0, 0, 0, 1, 1, 1], encoded.SegmentIds!);
        Assert.Equal([false, false, false, true, true, true], encoded.Spans!.Select(span => span.Pair));
        Assert.Equal(new TokenSpan(6, 12, Pair: true), encoded.Spans![4]);
    }

    [Fact]
    public void SeparatePair_GivesSecondTextsTheirOwnIds()
    {
        var shared = CreateSut();
        var sut = new WordPieceTextTokenizer(shared.Config with { SeparatePair = true }, shared.Vocabulary);
        var input = new TextInput("stock market", "stock market");

        var ids = sut.Encode(input, 16).Ids;

        Assert.Equal(2 * shared.VocabularySize, sut.VocabularySize);
        var expected = shared.Encode(input, 16).Ids;
        (expected[4], expected[5]) = (expected[4] + shared.VocabularySize, expected[5] + shared.VocabularySize);
        Assert.Equal(expected, ids);
        Assert.Equal(shared.Encode(new TextInput("stock market"), 16).Ids, sut.Encode(new TextInput("stock market"), 16).Ids);
    }

    [Theory]
    [InlineData(2, 9, 7, 2, 2)]
    [InlineData(9, 2, 7, 2, 2)]
    [InlineData(5, 5, 8, 3, 2)]
    [InlineData(3, 4, 32, 3, 4)]
    [InlineData(5, 5, 4, 1, 0)]
    public void Pair_LongerTextIsCutFirst(int first, int second, int maxTokens, int keepFirst, int keepSecond)
    {
        var sut = CreateSut();
        var input = new TextInput(Words(first, "hello"), Words(second, "world"));

        var encoded = sut.Encode(input, maxTokens);

        Assert.Equal(keepFirst, Tokens(sut, encoded).Count(token => token == "hello"));
        Assert.Equal(keepSecond, Tokens(sut, encoded).Count(token => token == "world"));
        Assert.Equal(first + second + 3, encoded.FullLength);
    }

    [Fact]
    public void Cut_ReportsTheFullLengthAndKeepsTheSeparator()
    {
        var sut = CreateSut();
        var encoded = sut.Encode(new TextInput(Words(100_000, "hello")), 8);

        Assert.Equal(8, encoded.Ids.Length);
        Assert.Equal("[SEP]", Tokens(sut, encoded)[^1]);
        Assert.Equal(100_002, encoded.FullLength);
        Assert.True(encoded.Truncated);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public void Word_LongerThanTheLimit_IsUnknownAsAWhole(int length, bool unknown)
    {
        var sut = CreateSut();
        var text = new string('x', length) + " game";
        var encoded = sut.Encode(new TextInput(text), 512, withSpans: true);

        Assert.Equal(unknown, Tokens(sut, encoded)[1] == "[UNK]");
        Assert.Equal("game", Tokens(sut, encoded)[^2]);
        Assert.Equal(length, encoded.Spans![^3].End);
    }

    [Theory]
    [InlineData("\uD83D")]
    [InlineData("\u200B\u0000")]
    [InlineData("\u0301")]
    public void Text_WithNothingKnown_StillHasTokens(string text)
    {
        var encoded = CreateSut().Encode(new TextInput(text), 16, withSpans: true);
        Assert.True(encoded.Ids.Length >= 2);
    }

    [Fact]
    public void Megabyte_OfMarksOrLetters_TakesLinearTime()
    {
        var sut = CreateSut(lowerCase: false);
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 250_000));
        Assert.True(sut.Encode(new TextInput("e" + marks), 16).Ids.Length >= 3);
        Assert.Equal(3, sut.Encode(new TextInput(new string('a', 1_000_000)), 16).FullLength);
    }

    [Fact]
    public void SaveAndLoad_GivesTheSameTokenizer()
    {
        using var folder = new TemporaryFolder();
        var sut = CreateSut(lowerCase: false);
        sut.Save(folder.Path);

        var loaded = Assert.IsType<WordPieceTextTokenizer>(TokenizerFiles.Load(folder.Path));

        Assert.Equal(sut.Config, loaded.Config);
        Assert.Equal(sut.Vocabulary.Tokens, loaded.Vocabulary.Tokens);
        var input = new TextInput("The stock markets 我", "zzz É");
        Assert.Equal(sut.Encode(input, 64).Ids, loaded.Encode(input, 64).Ids);
    }

    private static string Words(int count, string word) => string.Join(' ', Enumerable.Repeat(word, count));

    private static List<string> Tokens(WordPieceTextTokenizer tokenizer, TokenizedText text) =>
        [.. text.Ids.Select(id => tokenizer.Vocabulary.Tokens[id])];

    private static WordPieceTextTokenizer CreateSut(bool lowerCase = true) =>
        new(new WordPieceConfig { LowerCase = lowerCase }, WordPieceVocabulary.Load(Path.Combine(Fixtures, "vocab.txt")));
}
