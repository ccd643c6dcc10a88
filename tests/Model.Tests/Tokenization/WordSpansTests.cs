using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class WordSpansTests
{
    [Theory]
    [InlineData("red apples", "red|apples")]
    [InlineData("  don't -- it’s 3.5 ", "don't|--|it’s|3|.|5")]
    [InlineData("'quoted'", "'|quoted|'")]
    [InlineData("新闻 red!!!", "新|闻|red|!!!")]
    [InlineData("nai\u0308ve so\u00adft", "nai\u0308ve|so\u00adft")]
    [InlineData("a👩\u200d💻b", "a|👩\u200d💻|b")]
    [InlineData("a\u0000b\tc", "a|b|c")]
    [InlineData("한국어 текст", "한국어|текст")]
    [InlineData("\ud800x", "\ud800|x")]
    [InlineData(" \u202e\ufeff\n", "")]
    [InlineData("", "")]
    public void Of_PointsAtWhatAReaderWould(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', WordSpans.Of(text).Select(span => text[span.Start..span.End])));

    [Fact]
    public void Of_APair_SaysSo() => Assert.Equal([new TokenSpan(1, 4, Pair: true)], WordSpans.Of(" red", pair: true));
}
