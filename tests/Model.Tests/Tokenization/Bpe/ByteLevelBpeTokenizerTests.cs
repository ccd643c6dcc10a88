using System.Text;
using FeedbackService.Model.Files;
using FeedbackService.Model.Tests.HuggingFace;
using FeedbackService.Model.Tests.HuggingFace.References;
using FeedbackService.Model.Tokenization;
using FeedbackService.Model.Tokenization.Added;
using FeedbackService.Model.Tokenization.Bpe;

namespace FeedbackService.Model.Tests.Tokenization.Bpe;

public sealed class ByteLevelBpeTokenizerTests
{
    public static TheoryData<string> Tokenizers => new(SampleTokenizers.All.Keys.Where(name => name.StartsWith("roberta", StringComparison.Ordinal) || name.StartsWith("gpt2", StringComparison.Ordinal)));

    [Theory]
    [InlineData("Hello world", "Hello| world")]
    [InlineData("it's I'M they'll", "it|'s| I|'|M| they|'ll")]
    [InlineData("a  b   c ", "a| | b|  | c| ")]
    [InlineData("a\n\n b\u00A0c", "a|\n\n| b|\u00A0|c")]
    [InlineData("x  \u3000y", "x|  |\u3000|y")]
    [InlineData("1a２b½ ٣", "1|a|２|b|½| ٣")]
    [InlineData("𝐀𝐛 𠀀x 🤣!", "𝐀𝐛| 𠀀x| 🤣!")]
    [InlineData(" 's ''s", " '|s| ''|s")]
    [InlineData("  ", "  ")]
    [InlineData("'", "'")]
    public void Words_AreThoseOfGpt2(string text, string expected)
    {
        var words = new List<string>();
        for (var position = 0; position < text.Length;)
        {
            var end = ByteLevelWords.End(text, position);
            words.Add(text[position..end]);
            position = end;
        }

        Assert.Equal(expected, string.Join('|', words));
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Spans_LieInTheTextInOrder_AndIdsInRange(string name)
    {
        var sut = (ByteLevelBpeTokenizer)SampleTokenizers.All[name]().Tokenizer;
        foreach (var text in AwkwardTexts.Fixed.Concat(AwkwardTexts.Drawn(1500, SmallVocabularies.Words)))
        {
            var encoded = sut.Encode(new TextInput(text, text), int.MaxValue, withSpans: true);
            Assert.Equal(encoded.Ids.Length, encoded.Spans!.Length);
            Assert.Null(encoded.SegmentIds);
            Assert.All(encoded.Ids, id => Assert.InRange(id, 0, sut.VocabularySize - 1));
            foreach (var pair in (bool[])[false, true])
            {
                var (start, end) = (0, 0);
                foreach (var span in encoded.Spans.Where(span => span.Pair == pair))
                {
                    Assert.InRange(span.Start, start, span.End);
                    Assert.InRange(span.End, end, text.Length);
                    (start, end) = (span.Start, span.End);
                }
            }
        }
    }

    /// <summary>Tokens put together again, byte by byte, are the text with U+FFFD for what is half a character.</summary>
    [Fact]
    public void Bytes_OfAllTokens_AreThoseOfTheText()
    {
        var sut = (ByteLevelBpeTokenizer)SampleTokenizers.All["gpt2-no-added"]().Tokenizer;
        foreach (var text in AwkwardTexts.Fixed.Concat(AwkwardTexts.Drawn(1500, SmallVocabularies.Words)))
        {
            var characters = string.Concat(sut.Encode(new TextInput(text), int.MaxValue).Ids.Select(id => sut.Vocabulary.Tokens[id]));
            var bytes = characters.Select(c => (byte)ByteAlphabet.Characters.IndexOf(c)).ToArray();
            Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), Encoding.UTF8.GetString(bytes));
        }
    }

    [Theory]
    [InlineData("roberta", "the  café's 😀", "t|he||c|afé|'s||😀")]
    [InlineData("roberta-untrimmed", "the  café", "t|he| | c|afé")]
    [InlineData("roberta-prefix", "the café", "the|c|afé")]
    public void Spans_PointAtWords(string name, string text, string expected)
    {
        var encoded = SampleTokenizers.All[name]().Tokenizer.Encode(new TextInput(text), 64, withSpans: true);
        Assert.Equal(expected, string.Join('|', encoded.Spans![1..^1].Select(span => text[span.Start..span.End])));
    }

    [Fact]
    public void UnpairedSurrogate_ReadsAsReplacementCharacter()
    {
        var sut = SampleTokenizers.All["gpt2"]().Tokenizer;
        Assert.Equal(sut.Encode(new TextInput("a\uFFFDb"), 64).Ids, sut.Encode(new TextInput("a\uD83Db"), 64).Ids);
        Assert.Equal(sut.Encode(new TextInput("a\uFFFD\U0001F600"), 64).Ids, sut.Encode(new TextInput("a\uD83D\uD83D\uDE00"), 64).Ids);
    }

    [Fact]
    public void TextWithoutTokens_IsTheEnd()
    {
        var sut = (ByteLevelBpeTokenizer)SampleTokenizers.All["gpt2"]().Tokenizer;
        var encoded = sut.Encode(new TextInput(""), 64, withSpans: true);
        Assert.Equal("<|endoftext|>", Assert.Single(encoded.Ids.Select(id => sut.Vocabulary.Tokens[id])));
        Assert.Equal(new TokenSpan(0, 0), Assert.Single(encoded.Spans!));
        Assert.Equal(1, encoded.FullLength);
    }

    /// <summary>A megabyte without a space is one word: the merges looked at grow with it, not with its square.</summary>
    [Theory]
    [InlineData('a')]
    [InlineData('的')]
    [InlineData(' ')]
    [InlineData('-')]
    public void Megabyte_WithoutWords_TakesWorkInProportion(char unit)
    {
        var vocabulary = Doubling();
        long Work(int length)
        {
            var pieces = new ByteLevelPieces(new ByteLevelBpeTokenizer(new ByteLevelBpeConfig(), vocabulary), new AddedTokenSet(default, text => text), 16, withSpans: true);
            pieces.Read(new string(unit, length));
            return pieces.Work;
        }

        var small = Work(10_000);
        Assert.InRange(Work(1_000_000), 0, (100 * small * 3 / 2) + 1000);
        Assert.InRange(small, 0, 3 * 3 * 10_000);
    }

    [Fact]
    public void ManyThreads_GetTheSameIds()
    {
        var sut = SampleTokenizers.All["roberta-added"]().Tokenizer;
        var texts = AwkwardTexts.Drawn(400, SmallVocabularies.Words).ToArray();
        var expected = texts.Select(text => sut.Encode(new TextInput(text), 64).Ids).ToArray();
        Parallel.For(0, 4 * texts.Length, i => Assert.Equal(expected[i % texts.Length], sut.Encode(new TextInput(texts[i % texts.Length]), 64).Ids));
    }

    [Fact]
    public void BadVocabularies_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ByteLevelBpeVocabulary([], []));
        Assert.Throws<ArgumentException>(() => new ByteLevelBpeVocabulary(["a", "a"], []));
        Assert.Throws<ArgumentException>(() => new ByteLevelBpeVocabulary(["a", "\uD83D"], []));
        Assert.Throws<ArgumentException>(() => new ByteLevelBpeVocabulary(["a", "b"], [("a", "b")]));
        Assert.Throws<InvalidFileException>(() => new ByteLevelBpeTokenizer(new ByteLevelBpeConfig(), new ByteLevelBpeVocabulary(["a"], [])));
        Assert.Throws<InvalidFileException>(() =>
            new ByteLevelBpeTokenizer(new ByteLevelBpeConfig { Layout = ByteLevelBpeLayout.Roberta, ClassToken = "<none>" }, SmallVocabularies.Bytes));
    }

    // Every doubling of a byte is a token, up to 64: as many merges as there can be.
    private static ByteLevelBpeVocabulary Doubling()
    {
        var tokens = ByteAlphabet.Characters.ToArray().Select(c => c.ToString()).ToList();
        var merges = new List<(string, string)>();
        foreach (var token in (string[])["a", "-", "Ġ", "çļĦ"])
        {
            for (var i = 1; i < token.Length; i++)
            {
                merges.Add((token[..i], token[i].ToString()));
                tokens.Add(token[..(i + 1)]);
            }

            for (var long_ = token; long_.Length < 64; long_ += long_)
            {
                merges.Add((long_, long_));
                tokens.Add(long_ + long_);
            }
        }

        return new ByteLevelBpeVocabulary(tokens, merges);
    }
}
