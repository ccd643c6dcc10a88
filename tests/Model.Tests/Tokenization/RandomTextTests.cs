using System.Text;
using FeedbackService.Model.Tokenization;

namespace FeedbackService.Model.Tests.Tokenization;

public sealed class RandomTextTests
{
    private static readonly string Vocabulary = Path.Combine(AppContext.BaseDirectory, "Fixtures", "bert", "vocab.txt");

    /// <summary>Any sequence of UTF-16 code units is text: seeds 0 to 3,999 give one each.</summary>
    [Fact]
    public void AnyCodeUnits_GiveIdsInRangeAndOrderedSpansWithinTheText()
    {
        ITextTokenizer[] tokenizers =
        [
            new HashedNgramTokenizer(new HashedNgramConfig { Buckets = 1000 }),
            new HashedNgramTokenizer(new HashedNgramConfig { Buckets = 1000, Distinct = false, LowerCase = false, CharacterMin = 1 }),
            new WordPieceTextTokenizer(new WordPieceConfig(), WordPieceVocabulary.Load(Vocabulary)),
            new WordPieceTextTokenizer(new WordPieceConfig { LowerCase = false }, WordPieceVocabulary.Load(Vocabulary)),
            new WordPieceTextTokenizer(new WordPieceConfig { StripAccents = false }, WordPieceVocabulary.Load(Vocabulary)),
        ];
        for (var seed = 0; seed < 4000; seed++)
        {
            var text = CreateText(seed);
            foreach (var tokenizer in tokenizers)
            {
                var encoded = tokenizer.Encode(new TextInput(text), 64, withSpans: true);
                Assert.InRange(encoded.Ids.Length, 1, 64);
                Assert.True(encoded.FullLength >= encoded.Ids.Length);
                Assert.All(encoded.Ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                Assert.Equal(encoded.Ids, tokenizer.Encode(new TextInput(text), 64).Ids);
                var start = 0;
                foreach (var span in encoded.Spans!.Where(_ => tokenizer is WordPieceTextTokenizer))
                {
                    Assert.InRange(span.Start, start, span.End);
                    Assert.InRange(span.End, span.Start, text.Length);
                    start = span.Start;
                }

                Assert.All(encoded.Spans!, span => Assert.InRange(span.End, span.Start, text.Length));
            }
        }
    }

    private static string CreateText(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = random.Next(1, 30); i > 0; i--)
        {
            text.Append(random.Next(8) switch
            {
                0 => (char)random.Next(char.MaxValue + 1),
                1 => (char)random.Next(0x300, 0x370),
                2 => (char)random.Next(0xD800, 0xE000),
                3 => (char)random.Next(0x4E00, 0x4E20),
                4 => (char)random.Next(0x1100, 0x1200),
                5 => char.ConvertFromUtf32(random.Next(0x1F300, 0x1F700)),
                6 => " \t\n\u200B\u00AD\u3000!$"[random.Next(8)],
                _ => (object)(char)random.Next('A', 'z' + 1),
            });
        }

        return text.ToString();
    }
}
