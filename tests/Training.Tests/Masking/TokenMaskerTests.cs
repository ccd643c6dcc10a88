using FeedbackService.Model.Tokenization;
using FeedbackService.Training.Masking;

namespace FeedbackService.Training.Tests.Masking;

public sealed class TokenMaskerTests
{
    private const int Mask = 4;
    private const int FirstOrdinary = 5;
    private const int Words = 60;

    // 30 words of one piece, 30 pieces that begin, and 30 that go on.
    private static readonly WordPieceTextTokenizer Tokenizer = new(new WordPieceConfig(), new WordPieceVocabulary(
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, Words).Select(word => $"w{word}"), .. Enumerable.Range(0, 30).Select(piece => $"##p{piece}")]));

    [Fact]
    public void Shares_AreThoseOfBert()
    {
        var sut = new TokenMasker(Tokenizer, 0.15, wholeWords: false);
        var (tokens, chosen, hidden, stayed) = (0, 0, 0, 0);
        for (var i = 0; i < 2000; i++)
        {
            var text = Text(length: 5 + (i % 40), seed: i);
            var masked = sut.Mask(text, (ulong)i);
            tokens += text.Ids.Length - 2;
            chosen += masked.Places.Length;
            hidden += masked.Places.Count(place => masked.Tokens.Ids[place] == Mask);
            stayed += masked.Places.Count(place => masked.Tokens.Ids[place] == text.Ids[place]);
        }

        // Expected are 7,350 of 49,000, and 17 more because a text of five or six has one at least; of those 80 %, and 10 % with the one replaced token in 90 that is drawn in its own place: 5,894 and 745.
        Assert.Equal((49_000, 7_373, 5_888, 753), (tokens, chosen, hidden, stayed));
    }

    [Fact]
    public void SameSeed_HidesTheSame_AnotherSomethingElse()
    {
        var sut = new TokenMasker(Tokenizer, 0.15, wholeWords: false);
        var text = Text(40, seed: 3);

        Assert.Equal(sut.Mask(text, 9).Tokens.Ids, sut.Mask(text, 9).Tokens.Ids);
        Assert.Equal(20, Enumerable.Range(0, 20).Select(seed => string.Join(' ', sut.Mask(text, (ulong)seed).Tokens.Ids)).Distinct().Count());
    }

    [Theory]
    [InlineData(0.15, false)]
    [InlineData(0.15, true)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    public void SpecialTokens_AreNeverHiddenNorDrawn_AndTruthsAreWhatStoodThere(double ratio, bool wholeWords)
    {
        var sut = new TokenMasker(Tokenizer, ratio, wholeWords);
        for (var i = 0; i < 300; i++)
        {
            // With unknown words in the middle.
            var text = Text(30, seed: i, unknownEvery: 4);
            var masked = sut.Mask(text, (ulong)i);

            Assert.Equal(masked.Places.Select(place => text.Ids[place]), masked.Truths);
            Assert.Equal(masked.Places.Order().Distinct(), masked.Places);
            Assert.NotEmpty(masked.Places);
            Assert.All(masked.Truths, truth => Assert.True(truth >= FirstOrdinary));
            for (var place = 0; place < text.Ids.Length; place++)
            {
                Assert.True(masked.Places.Contains(place) ? masked.Tokens.Ids[place] >= Mask : masked.Tokens.Ids[place] == text.Ids[place]);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void ShortTexts_HaveOneHiddenTokenAtLeast(int words)
    {
        var sut = new TokenMasker(Tokenizer, 0.001, wholeWords: true);

        Assert.All(Enumerable.Range(0, 200), seed => Assert.NotEmpty(sut.Mask(Text(words, seed), (ulong)seed).Places));
    }

    [Fact]
    public void WholeWords_AreChosenWithAllTheirPieces()
    {
        var sut = new TokenMasker(Tokenizer, 0.3, wholeWords: true);
        var (words, chosen) = (0, 0);
        for (var i = 0; i < 500; i++)
        {
            var text = Text(24, seed: i, unknownEvery: 5);
            var masked = sut.Mask(text, (ulong)i);
            foreach (var word in WordsOf(text.Ids))
            {
                var hit = word.Count(place => masked.Places.Contains(place));
                Assert.True(hit == 0 || hit == word.Count, $"{hit} of {word.Count} pieces");
                words++;
                chosen += hit > 0 ? 1 : 0;
            }
        }

        Assert.Equal(0.3, (double)chosen / words, 0.02);
    }

    [Fact]
    public void Continuation_BehindASpecialToken_IsAWordOfItsOwn()
    {
        // What a cut of the text or an unknown word leaves of one: [CLS] ##p0 [UNK] ##p1 ##p2 [SEP].
        var sut = new TokenMasker(Tokenizer, 0.001, wholeWords: true);
        var text = new TokenizedText([2, 65, 1, 66, 67, 3], null, 6);

        var chosen = Enumerable.Range(0, 100).Select(seed => string.Join(' ', sut.Mask(text, (ulong)seed).Places)).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(["1", "3 4"], chosen);
    }

    [Fact]
    public void TextWithoutAKnownToken_CannotBeMasked()
    {
        var sut = new TokenMasker(Tokenizer, 0.15, wholeWords: false);
        var unknown = new TokenizedText([2, 1, 1, 3], null, 4);

        Assert.False(sut.CanMask(unknown));
        Assert.True(sut.CanMask(Text(1, seed: 0)));
        Assert.Throws<ArgumentException>(() => sut.Mask(unknown, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void RatioOutOfRange_IsRefused(double ratio) => Assert.Throws<ArgumentOutOfRangeException>(() => new TokenMasker(Tokenizer, ratio, wholeWords: false));

    [Fact]
    public void TokenizerWithoutAMaskToken_IsRefused() => Assert.Throws<ArgumentException>(() => new TokenMasker(
        new WordPieceTextTokenizer(new WordPieceConfig(), new WordPieceVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"])), 0.15, wholeWords: false));

    [Fact]
    public void Batch_CountsPlacesOverItsTexts()
    {
        var one = new MaskedText(new TokenizedText([2, 4, 3], null, 3), [1], [7]);
        var two = new MaskedText(new TokenizedText([2, 8, 4, 9, 3], null, 5), [2, 3], [8, 9]);

        var batch = MaskedBatch.Of([one, two]);

        Assert.Equal([2, 4, 3, 2, 8, 4, 9, 3], batch.Tokens.Ids);
        Assert.Equal([1, 5, 6], batch.Places);
        Assert.Equal([7L, 8L, 9L], batch.Truths);
    }

    // [CLS], drawn tokens of which a third go on with a word, [SEP].
    private static TokenizedText Text(int length, int seed, int unknownEvery = int.MaxValue)
    {
        var random = new Random(seed);
        int[] ids =
        [
            2,
            .. Enumerable.Range(0, length).Select(i => i % unknownEvery == unknownEvery - 1 ? 1
                : i > 0 && random.Next(3) == 0 ? FirstOrdinary + Words + random.Next(30)
                : FirstOrdinary + random.Next(Words)),
            3,
        ];
        return new TokenizedText(ids, null, ids.Length);
    }

    private static List<List<int>> WordsOf(int[] ids)
    {
        var words = new List<List<int>>();
        for (var place = 0; place < ids.Length; place++)
        {
            if (ids[place] < FirstOrdinary)
            {
                continue;
            }

            if (ids[place] >= FirstOrdinary + Words && ids[place - 1] >= FirstOrdinary)
            {
                words[^1].Add(place);
            }
            else
            {
                words.Add([place]);
            }
        }

        return words;
    }
}
