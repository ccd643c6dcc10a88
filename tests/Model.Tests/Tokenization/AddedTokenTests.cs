using FeedbackService.Model.Files;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Added;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class AddedTokenTests
{
    [Theory]
    [InlineData("xabcdx", "1-5")]
    [InlineData("abcbcd", "0-3 3-6")]
    [InlineData("ababcd", "2-6")]
    [InlineData("bcbcdab", "0-2 2-5")]
    [InlineData("", "")]
    public void Automaton_FindsTheLeftmostOfTheLongest(string text, string expected)
    {
        string[] patterns = ["abcd", "abc", "bc", "bcd", "bc"];
        var found = new TokenAutomaton(patterns).Find(text).Select(match => $"{match.Start}-{match.Start + patterns[match.Pattern].Length}");
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Fact]
    public void Automaton_FindsWhatTryingEverywhereFinds()
    {
        var random = new Random(11);
        string Word(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => "abc"[random.Next(3)]));
        for (var trial = 0; trial < 2000; trial++)
        {
            var patterns = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Word(6)).ToArray();
            var text = Word(40);
            var expected = new List<(int, int)>();
            for (var position = 0; position < text.Length;)
            {
                var best = patterns.Where(pattern => text.AsSpan(position).StartsWith(pattern)).MaxBy(pattern => pattern.Length);
                if (best is not null)
                {
                    expected.Add((position, best.Length));
                }

                position += best?.Length ?? 1;
            }

            Assert.Equal(expected, new TokenAutomaton(patterns).Find(text).Select(match => (match.Start, patterns[match.Pattern].Length)));
        }
    }

    /// <summary>Texts made for slow searches: what is allocated stays in proportion, and it ends.</summary>
    [Fact]
    public void Megabyte_OfBeginningsOfTokens_IsSearchedInProportion()
    {
        var sut = CreateSut(new AddedToken { Content = new string('a', 1000) + "b", Id = 0 }, new AddedToken { Content = " ", Id = 0, Lstrip = true, Rstrip = true });
        foreach (var text in (string[])[new string('a', 1_000_000), new string(' ', 1_000_000), string.Concat(Enumerable.Repeat("a ", 500_000))])
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(sut.Encode(new TextInput(text), 64).FullLength > 0);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400L << 20);
        }
    }

    [Theory]
    [InlineData("a [MASK] b", 1)]
    [InlineData("a[MASK]b[MASK]", 2)]
    [InlineData("[mask] [ MASK ]", 0)]
    public void SpecialTokens_AreFoundWhereListed_AndTextElsewhere(string text, int expected)
    {
        var mask = SmallVocabularies.Pieces.TryGetId("[MASK]", out var id) ? id : -1;
        var fast = CreateSut(new AddedToken { Content = "[MASK]", Id = mask, Special = true });
        Assert.Equal(expected, fast.Encode(new TextInput(text), 64).Ids.Count(found => found == mask));
        var own = new WordPieceTextTokenizer(new WordPieceConfig(), SmallVocabularies.Pieces);
        Assert.DoesNotContain(mask, own.Encode(new TextInput(text), 64).Ids);
    }

    [Fact]
    public void ListsThatCannotBe_AreRefused()
    {
        var count = SmallVocabularies.Pieces.Count;
        void Refused(params AddedToken[] tokens) => Assert.Equal("tokenizer_config.json", Assert.Throws<InvalidFileException>(() => CreateFast(tokens)).File);

        Refused(new AddedToken { Content = "", Id = count });
        Refused(new AddedToken { Content = "\uD83D", Id = count });
        Refused(new AddedToken { Content = new string('x', 1025), Id = count });
        Refused(new AddedToken { Content = "one", Id = count + 1 });
        Refused(new AddedToken { Content = "one", Id = 3 });
        Refused(new AddedToken { Content = "[MASK]", Id = count });
        Refused(new AddedToken { Content = "one", Id = count }, new AddedToken { Content = "two", Id = count });
        Refused(new AddedToken { Content = "one", Id = count }, new AddedToken { Content = "one", Id = count + 1 });
        Refused(new AddedToken { Content = "\u0301", Id = count, Normalized = true });
        Assert.Throws<InvalidFileException>(() => new WordPieceTextTokenizer(
            new WordPieceConfig { AddedTokens = new AddedTokenList([new AddedToken { Content = "one", Id = count }]) }, SmallVocabularies.Pieces));
    }

    [Fact]
    public void Lists_AreEqualWhenTheirTokensAre()
    {
        var (one, two) = (new AddedToken { Content = "a", Id = 1 }, new AddedToken { Content = "b", Id = 2 });
        Assert.Equal(new AddedTokenList([one, two]), new AddedTokenList([one with { }, two]));
        Assert.True(new AddedTokenList([one]) != new AddedTokenList([two]));
        Assert.True(default == new AddedTokenList([]));
        Assert.NotEqual(new WordPieceConfig(), new WordPieceConfig { AddedTokens = new AddedTokenList([one]) });
    }

    private static WordPieceTextTokenizer CreateSut(params AddedToken[] tokens)
    {
        var next = SmallVocabularies.Pieces.Count;
        return CreateFast([.. tokens.Select(token => token with { Id = SmallVocabularies.Pieces.TryGetId(token.Content, out var id) ? id : next++ })]);
    }

    private static WordPieceTextTokenizer CreateFast(AddedToken[] tokens) =>
        new(new WordPieceConfig { Rules = WordPieceRules.Fast, AddedTokens = new AddedTokenList(tokens) }, SmallVocabularies.Pieces);
}
